NAME = "handlers/app"


def main(event, context):
    return NAME
