"""What `cdk synth` left in cdk.out: manifests, nested assemblies, templates and assets."""

from archlint.readers.cdk_out.functions import Assembly, read_assembly
from archlint.readers.cdk_out.merge import Merged, merge

__all__ = ["Assembly", "Merged", "merge", "read_assembly"]
