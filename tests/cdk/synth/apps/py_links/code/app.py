NAME = "code/app"


def main(event, context):
    return NAME
