NAME = "plain/app"


def main(event, context):
    return NAME
