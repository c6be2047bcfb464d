NAME = "handlers/write"


def main(event, context):
    return NAME
