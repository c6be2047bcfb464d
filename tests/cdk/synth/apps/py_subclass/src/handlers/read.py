NAME = "handlers/read"


def main(event, context):
    return NAME
