NAME = "code/batch"


def main(event, context):
    return NAME
