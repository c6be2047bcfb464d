NAME = "clean/app"


def main(event, context):
    return NAME
