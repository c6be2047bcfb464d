NAME = "score/app"


def main(event, context):
    return NAME
