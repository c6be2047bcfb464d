BASE_MEMORY = 2**9
MINUTE = 60
MODULE = "app"
MODEL = "-".join(["small", "v1"])


class Limits:
    DISK_GB = 2
