from __future__ import annotations

from dataclasses import replace

import pytest
from declaring import architecture, details, links

from archlint.model.place import Place
from archlint.model.resource import Architecture, Link, Resource
from archlint.readers.cdk.apps import completed, read_apps
from archlint.tree import MemoryTree

QUEUE = "\nqueue = sqs.Queue(stack, 'Q')\ndead = sqs.Queue(stack, 'D')\n"
BUCKET = "\nbucket = s3.Bucket(stack, 'B')\n"
API = "apigateway.RestApi(stack, 'A')"
FUNCTION = "\nfn = function('F')\n"
TOPIC = "\ntopic = sns.Topic(stack, 'T')\n"


@pytest.mark.parametrize(
    ("app", "expected"),
    [
        ("fn.add_event_source(sources.SqsEventSource(queue))", ("event", "Q", "F")),
        ("function('E', events=[sources.SqsEventSource(queue)])", ("event", "Q", "E")),
        ("fn.add_event_source(sources.SnsEventSource(topic))", ("event", "T", "F")),
        ("lambda_.EventSourceMapping(stack, 'M', target=fn, event_source_arn=queue.queue_arn)", ("event", "Q", "F")),
        (
            "lambda_.CfnEventSourceMapping(stack, 'M', function_name=fn.ref, event_source_arn=queue.queue_arn)",
            ("event", "Q", "F"),
        ),
        ("fn.add_event_source_mapping('M', event_source_arn=queue.queue_arn)", ("event", "Q", "F")),
        ("bucket.add_event_notification('x', notifications.LambdaDestination(fn))", ("event", "B", "F")),
        ("events.Rule(stack, 'R', targets=[targets.LambdaFunction(fn)])", ("event", "R", "F")),
        ("events.Rule(stack, 'R').add_target(targets.LambdaFunction(fn.current_version))", ("event", "R", "F")),
        ("apigateway.LambdaRestApi(stack, 'A', handler=fn)", ("event", "A", "F")),
        (
            "apigateway.RestApi(stack, 'A').root.add_resource('x').add_method('GET', apigateway.LambdaIntegration(fn))",
            ("event", "A", "F"),
        ),
        (
            f"apigateway.Method(stack, 'M', resource={API}.root, integration=apigateway.LambdaIntegration(fn))",
            ("event", "A", "F"),
        ),
        (
            "elb.ApplicationListener(stack, 'L').add_targets('G', targets=[elb_targets.LambdaTarget(fn)])",
            ("event", "L/G", "F"),
        ),
        (
            "fn.add_permission('P', principal=iam.ServicePrincipal('s3.amazonaws.com'), source_arn=bucket.bucket_arn)",
            ("event", "B", "F"),
        ),
        ("topic.add_subscription(subscriptions.SqsSubscription(queue))", ("delivers", "T", "Q")),
        ("bucket.add_event_notification('x', notifications.SqsDestination(queue))", ("delivers", "B", "Q")),
        ("events.Rule(stack, 'R', targets=[targets.SqsQueue(queue)])", ("delivers", "R", "Q")),
        ("events.Rule(stack, 'R', event_bus=events.EventBus(stack, 'Bus'))", ("delivers", "Bus", "R")),
        (
            "sns.CfnSubscription(stack, 'S', topic_arn=topic.topic_arn, endpoint=queue.queue_arn)",
            ("delivers", "T", "Q"),
        ),
        ("function('E', dead_letter_queue=dead)", ("failure", "E", "D")),
        ("function('E', dead_letter_queue_enabled=True)", ("failure", "E", "E/DeadLetterQueue")),
        ("function('E', on_failure=destinations.SqsDestination(dead))", ("failure", "E", "D")),
        ("fn.configure_async_invoke(on_success=destinations.SnsDestination(topic))", ("success", "F", "T")),
        ("sqs.Queue(stack, 'X', dead_letter_queue={'queue': dead, 'max_receive_count': 2})", ("failure", "X", "D")),
        ("sqs.CfnQueue(stack, 'X', redrive_policy={'deadLetterTargetArn': dead.queue_arn})", ("failure", "X", "D")),
        ("function('E', layers=[lambda_.LayerVersion(stack, 'L')])", ("uses", "E", "L")),
        ("ecs.FargateService(stack, 'S', task_definition=ecs.FargateTaskDefinition(stack, 'X'))", ("uses", "S", "X")),
    ],
)
def test_links(app: str, expected: tuple[str, str, str]) -> None:
    assert links(QUEUE + BUCKET + TOPIC + FUNCTION + app) == [expected]


def test_what_waits_is_synchronous() -> None:
    app = FUNCTION + QUEUE + "fn.add_event_source(sources.SqsEventSource(queue))\n"
    app += "apigateway.LambdaRestApi(stack, 'A', handler=fn)\n"
    assert [(link.source, link.sync) for link in architecture(app).links] == [
        ("infra#Main/Q", False),
        ("infra#Main/A", True),
    ]


def test_a_failure_of_an_event_source_is_the_functions() -> None:
    app = QUEUE + FUNCTION + "table = dynamodb.Table(stack, 'T')\n"
    app += "fn.add_event_source(sources.DynamoEventSource(table, on_failure=sources.SqsDlq(dead)))"
    assert ("failure", "F", "D") in links(app)


def test_the_dead_letters_of_a_target_are_the_rules() -> None:
    app = QUEUE + FUNCTION
    app += "events.Rule(stack, 'R', targets=[targets.LambdaFunction(fn, dead_letter_queue=dead)])"
    assert links(app) == [("event", "R", "F"), ("failure", "R", "D")]


@pytest.mark.parametrize(
    "value",
    [
        "queue.queue_url",
        "f'{queue.queue_name}'",
        "'https://' + queue.queue_name + '/x'",
        "'-'.join(['a', queue.queue_name])",
        "Fn.join('/', ['a', queue.queue_name])",
        "queue.queue_name or ''",
        "f'{stack.region}:{queue.queue_name}'",
        "queue.queue_arn.to_string()",
    ],
)
def test_variables_that_hold_a_name(value: str) -> None:
    app = QUEUE + f"function('F', environment={{'PLAIN': 'text', 'IT': {value}}})"
    assert details(app, "env") == [("F", "Q", "IT")]


@pytest.mark.parametrize(
    "value",
    ["'text'", "f'{queue.queue_name}{dead.queue_name}'", "fn.role.role_arn", "stack.region", "Fn.import_value('x')"],
)
def test_variables_that_hold_no_name_or_several(value: str) -> None:
    assert details(QUEUE + FUNCTION + f"function('G', environment={{'IT': {value}}})", "env") == []


def test_the_last_value_of_a_variable_counts() -> None:
    app = QUEUE + "fn = function('F', environment={'IT': queue.queue_url})\nfn.add_environment('IT', dead.queue_url)"
    assert details(app, "env") == [("F", "D", "IT")]


def test_literal_names_and_arns_join_what_is_declared() -> None:
    app = """
sqs.Queue(stack, 'Q', queue_name='the-jobs')
function('F', function_name='the-worker')
function('G', environment={'A': 'the-jobs', 'B': 'arn:aws:lambda:eu-west-1:1:function:the-worker', 'C': 'other',
    'D': f'arn:aws:sqs:{stack.region}:{stack.account}:the-jobs', 'E': 'arn:aws:sns:eu-west-1:1:the-jobs'})
"""
    assert details(app, "env") == [("G", "Q", "A"), ("G", "F", "B"), ("G", "Q", "D")]


def test_a_name_that_two_declarations_have_is_nobodys() -> None:
    app = "\nsqs.Queue(stack, 'Q', queue_name='same')\nsns.Topic(stack, 'T', topic_name='same')\n"
    assert details(app + "function('F', environment={'A': 'same'})", "env") == []


def test_an_imported_function_is_the_declared_one_of_that_name() -> None:
    app = "\nfunction('F', function_name='the-worker')\ncaller = function('G')\n"
    app += "other = lambda_.Function.from_function_name(stack, 'I', 'the-worker')\nother.grant_invoke(caller)\n"
    assert details(app, "grant") == [("G", "F", "lambda:InvokeFunction")]


def test_what_is_declared_elsewhere_shows_where_something_refers_to_it() -> None:
    app = "\nother = sqs.Queue.from_queue_arn(stack, 'I', 'arn:aws:sqs:eu-west-1:1:far')\n"
    assert architecture(app).resources == ()
    found = architecture(app + "function('F').add_event_source(sources.SqsEventSource(other))")
    assert [(one.kind, one.type, one.physical_name) for one in found.resources if one.kind != "mapping"] == [
        ("queue", "", "far")
    ]
    again = "sqs.Queue.from_queue_arn(stack, 'J', 'arn:aws:sqs:eu-west-1:1:far')"
    app += f"function('F', environment={{'A': other.queue_url, 'B': {again}.queue_url}})"
    assert details(app, "env") == [("F", "I", "A"), ("F", "I", "B")]


def test_a_function_that_is_declared_elsewhere_is_invoked() -> None:
    app = "\nother = lambda_.Function.from_function_name(stack, 'I', 'far')\n"
    app += "events.Rule(stack, 'R', targets=[targets.LambdaFunction(other)])"
    assert links(app) == [("event", "R", "I")]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("queue.grant_send_messages(fn)", ("F", "Q", "sqs:SendMessage,sqs:GetQueueAttributes,sqs:GetQueueUrl")),
        ("topic.grant_publish(fn.role)", ("F", "T", "sns:Publish")),
        ("topic.grant_publish(fn.grant_principal)", ("F", "T", "sns:Publish")),
        ("bucket.grants.delete(fn)", ("F", "B", "s3:DeleteObject*")),
        ("queue.grant(fn, 'sqs:SendMessage', 'sqs:PurgeQueue')", ("F", "Q", "sqs:SendMessage,sqs:PurgeQueue")),
        ("other.grant_invoke(fn)", ("F", "O", "lambda:InvokeFunction")),
        ("fn.add_to_role_policy(statement)", ("F", "B", "s3:GetObject")),
        ("fn.role.add_to_principal_policy(statement)", ("F", "B", "s3:GetObject")),
        ("function('G', initial_policy=[statement])", ("G", "B", "s3:GetObject")),
        ("function('G', role=iam.Role(stack, 'R', inline_policies={'a': document}))", ("G", "B", "s3:GetObject")),
        ("fn.role.attach_inline_policy(iam.Policy(stack, 'P', statements=[statement]))", ("F", "B", "s3:GetObject")),
        ("iam.Policy(stack, 'P', statements=[statement]).attach_to_role(fn.role)", ("F", "B", "s3:GetObject")),
        ("iam.Policy(stack, 'P', document=document, roles=[fn.role])", ("F", "B", "s3:GetObject")),
    ],
)
def test_grants(call: str, expected: tuple[str, str, str]) -> None:
    app = QUEUE + BUCKET + TOPIC + FUNCTION + "other = function('O')\n"
    app += "statement = iam.PolicyStatement(actions=['s3:GetObject'], resources=[f'{bucket.bucket_arn}/*'])\n"
    app += "document = iam.PolicyDocument(statements=[statement])\n"
    assert details(app + call, "grant") == [expected]


@pytest.mark.parametrize(
    "call",
    [
        "queue.grant_send_messages(iam.ServicePrincipal('s3.amazonaws.com'))",
        "bucket.add_to_resource_policy(iam.PolicyStatement(actions=['s3:GetObject'], resources=[bucket.bucket_arn]))",
        "fn.add_to_role_policy(iam.PolicyStatement(actions=['s3:GetObject'], resources=['*']))",
        "fn.add_to_role_policy(iam.PolicyStatement(effect=iam.Effect.DENY, actions=['*'], resources=[queue.ref]))",
        "queue.grant(fn)",
    ],
)
def test_what_grants_nothing_on_a_resource(call: str) -> None:
    assert details(QUEUE + BUCKET + FUNCTION + call, "grant") == []


def test_a_role_gives_its_rights_to_all_its_functions() -> None:
    app = QUEUE + "role = iam.Role(stack, 'R')\none = function('A', role=role)\ntwo = function('B', role=role)\n"
    found = details(app + "queue.grant_purge(role)", "grant")
    assert [row[:2] for row in found] == [("A", "Q"), ("B", "Q")]


STATES = """
one, two, three = (function(name) for name in 'ABC')
def task(name, fn):
    return tasks.LambdaInvoke(stack, name, lambda_function=fn)
"""


@pytest.mark.parametrize(
    "definition",
    [
        "definition=task('1', one).next(task('2', two))",
        "definition_body=sfn.DefinitionBody.from_chainable(task('1', one).next(sfn.Wait(stack)).next(task('2', two)))",
        "definition=sfn.Chain.start(task('1', one)).next(sfn.Choice(stack, 'C').when('x', task('2', two)))",
        "definition=sfn.Parallel(stack, 'P').branch(task('1', one)).branch(task('2', two))",
        "definition=task('1', one).add_catch(task('2', two))",
        "definition_body='x', definition_substitutions={'A': one.function_arn, 'B': two.function_arn}",
    ],
)
def test_a_state_machine_runs_what_its_definition_reaches(definition: str) -> None:
    app = STATES + f"sfn.StateMachine(stack, 'M', {definition})\n"
    app += "sfn.StateMachine(stack, 'N', definition=task('3', three))"
    found = [row for row in links(app) if row[0] == "invokes"]
    assert sorted(found) == [("invokes", "M", "A"), ("invokes", "M", "B"), ("invokes", "N", "C")]


def test_a_task_that_nothing_reaches_is_that_of_the_only_machine() -> None:
    app = STATES + "task('1', one)\nsfn.StateMachine(stack, 'M', definition=unknown())\n"
    assert links(app) == [("invokes", "M", "A")]
    assert links(app + "sfn.StateMachine(stack, 'N', definition=unknown())") == []


def test_a_machine_that_is_started_keeps_its_own_tasks() -> None:
    app = STATES + "inner = sfn.StateMachine(stack, 'M', definition=task('1', one))\n"
    app += "start = tasks.StepFunctionsStartExecution(stack, 'S', state_machine=inner)\n"
    app += "sfn.StateMachine(stack, 'N', definition=start)"
    assert links(app) == [("invokes", "M", "A"), ("invokes", "N", "M")]


def test_a_file_system_is_mounted_through_its_access_point() -> None:
    app = "\nfiles = efs.FileSystem(stack, 'E')\n"
    for point in ("files.add_access_point('P')", "efs.AccessPoint(stack, 'P', file_system=files)"):
        mount = f"lambda_.FileSystem.from_efs_access_point({point}, '/mnt/models')"
        assert details(f"{app}function('F', filesystem={mount})", "mounts") == [("F", "E", "/mnt/models")]


def test_a_mapping_is_the_detail_of_its_event() -> None:
    app = QUEUE + FUNCTION + "fn.add_event_source(sources.SqsEventSource(queue))"
    found = architecture(app)
    assert found.links[0].detail in {one.id for one in found.resources if one.kind == "mapping"}


def test_the_apps_of_a_repository_are_kept_apart() -> None:
    text = (
        "from aws_cdk import App, Stack, aws_sqs as sqs, aws_lambda as lambda_\n"
        "stack = Stack(App(), 'Main')\nqueue = sqs.Queue(stack, 'Q')\n"
        "lambda_.Function(stack, 'F', runtime=lambda_.Runtime.PYTHON_3_12, handler='a.b',"
        " code=lambda_.Code.from_inline('x'), environment={'A': queue.queue_url})\n"
    )
    files = {f"{folder}/app.py": text for folder in "ab"}
    files |= {f"{folder}/cdk.json": '{"app": "python3 app.py"}' for folder in "ab"}
    found = read_apps(MemoryTree(files), ["a/cdk.json", "b/cdk.json"]).architecture
    assert [one.id for one in found.resources] == ["a#Main/Q", "b#Main/Q"]
    assert [(link.source, link.target) for link in found.links] == [("a#Main/F", "a#Main/Q"), ("b#Main/F", "b#Main/Q")]


LOOP = "x = {}\nfor number in range(900):\n    x = {}\n{}"


@pytest.mark.parametrize(
    "app",
    [
        LOOP.format("task('0', one)", "x.next(task('1', two))", "sfn.StateMachine(stack, 'M', definition=x)"),
        LOOP.format("elb.ApplicationListener(stack, 'L')", "x.add_targets('a')", ""),
        "loop = {}\nloop['a'] = loop\nfunction('F', environment=loop, layers=[loop])",
        LOOP.format("one.function_arn", "Fn.join('', [x])", "function('F', environment={'A': x})"),
        LOOP.format("one.function_arn", "f'{x}{x}'", "function('F', environment={'A': x})"),
        LOOP.format("iam.PolicyDocument()", "iam.PolicyDocument(statements=[x])", "x.add_statements(x)"),
        LOOP.format("targets.SqsQueue()", "targets.SqsQueue(x)", ""),
        "sqs.Queue(stack)\nsqs.Queue()\nsqs.Queue(stack, 'Q', visibility_timeout=[], dead_letter_queue=5)",
        "topic = sns.Topic(stack, 'T', topic_name=7)\ntopic.grant_publish()\ntopic.add_subscription()",
        "one.add_environment()\none.add_event_source()\none.add_to_role_policy(5)\niam.PolicyStatement(resources=5)",
    ],
)
def test_nothing_ends_in_an_error(app: str) -> None:
    architecture(STATES + app)


def declared(*links: tuple[str, str, str], **resources: str) -> Architecture:
    """Kinds by name, and links between names."""
    made = [Resource(f"app#{name}", name, kind, "T", Place("app/app.py"), "Main") for name, kind in resources.items()]
    found = [Link(f"app#{one}", f"app#{other}", kind, Place("app/app.py")) for kind, one, other in links]
    return Architecture(tuple(made), tuple(found))


def test_where_only_a_cdk_out_can_be_read_it_counts() -> None:
    assembly = declared(Q="queue")
    assert completed(Architecture(), assembly, [], []) == assembly


def test_the_source_wins_over_a_cdk_out() -> None:
    source = declared(("env", "F", "Q"), F="queue", Q="queue")
    older = declared(("env", "F", "Q"), ("grant", "F", "Q"), ("event", "Q", "F"), F="queue", Q="queue", M="mapping")
    assert completed(source, older, [], []) == source


def test_a_cdk_out_adds_what_the_source_lacks() -> None:
    source = declared(Q="queue")
    assembly = declared(("delivers", "T", "Q"), Q="queue", T="topic", X="other")
    found = completed(source, assembly, [], [])
    assert [one.name for one in found.resources] == ["Q", "T"]
    assert [(link.kind, link.source, link.target) for link in found.links] == [("delivers", "app#T", "app#Q")]


def test_an_open_path_stands_for_the_one_that_was_made() -> None:
    source = Architecture((replace(declared(Q="queue").resources[0], id="app#?"),))
    one = declared(("delivers", "T", "Q"), Q="queue", T="topic")
    assert [link.target for link in completed(source, one, [], []).links] == ["app#?"]
    two = declared(("delivers", "T", "Q"), Q="queue", R="queue", T="topic")
    found = completed(source, two, [], [])
    assert found.links == ()
    assert [resource.id for resource in found.resources] == ["app#?", "app#T"]
