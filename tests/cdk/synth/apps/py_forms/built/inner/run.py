def start(event, context):
    return event
