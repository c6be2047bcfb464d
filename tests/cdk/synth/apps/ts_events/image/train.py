NAME = "image/train"


def main(event, context):
    return NAME
