NAME = "embed/app"


def main(event, context):
    return NAME
