NAME = "sized/app"


def main(event, context):
    return NAME
