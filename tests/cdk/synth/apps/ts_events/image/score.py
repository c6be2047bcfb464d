NAME = "image/score"


def main(event, context):
    return NAME
