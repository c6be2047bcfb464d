NAME = "weekly/app"


def main(event, context):
    return NAME
