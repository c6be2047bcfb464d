from aws_cdk import App, Environment

from infra.stacks import ServiceStack

app = App()
for region in ("eu-west-1", "us-east-1"):
    ServiceStack(app, f"Service-{region}", env=Environment(account="123456789012", region=region), large=region < "f")
app.synth()
