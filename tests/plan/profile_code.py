"""Handlers and resources of the functions in profiles.py."""

from __future__ import annotations

SPACY = """\
import json
import spacy

NLP = spacy.load("en_core_web_sm")


def handler(event, context):
    return [item.label_ for item in NLP(json.loads(event["body"])["text"]).ents]
"""

TENSORFLOW = """\
import boto3
import tensorflow as tf

MODEL = tf.keras.models.load_model("/opt/model")
s3 = boto3.client("s3")


def handler(event, context):
    for record in event["Records"]:
        s3.download_file(record["s3"]["bucket"]["name"], record["s3"]["object"]["key"], "/tmp/image.jpg")
        MODEL.predict(tf.io.decode_jpeg(tf.io.read_file("/tmp/image.jpg"))[None])
"""

WHISPER = """\
import boto3
import whisper

MODEL = whisper.load_model("small", download_root="/opt/model")
s3 = boto3.client("s3")


def handler(event, context):
    record = event["Records"][0]["s3"]
    s3.download_file(record["bucket"]["name"], record["object"]["key"], "/tmp/audio.mp3")
    return MODEL.transcribe("/tmp/audio.mp3")["text"]
"""

PROXY = """\
import json
import boto3

bedrock = boto3.client("bedrock-runtime")


def handler(event, context):
    body = json.dumps({"messages": json.loads(event["body"])["messages"]})
    answer = bedrock.invoke_model_with_response_stream(modelId="anthropic.claude-3-haiku-20240307-v1:0", body=body)
    return "".join(part["chunk"]["bytes"].decode() for part in answer["body"])
"""

RAG = """\
import json
import boto3
import faiss
import numpy

boto3.client("s3").download_file("documents", "index.faiss", "/tmp/index.faiss")
INDEX = faiss.read_index("/tmp/index.faiss")
bedrock = boto3.client("bedrock-runtime")


def handler(event, context):
    body = json.dumps({"inputText": event["queryStringParameters"]["q"]})
    answer = bedrock.invoke_model(modelId="amazon.titan-embed-text-v2:0", body=body)
    vector = numpy.array([json.load(answer["body"])["embedding"]], dtype="float32")
    return {"statusCode": 200, "body": json.dumps(INDEX.search(vector, 5)[1].tolist())}
"""

ENDPOINT = """\
import os
import boto3

runtime = boto3.client("sagemaker-runtime")


def handler(event, context):
    answer = runtime.invoke_endpoint(
        EndpointName=os.environ["ENDPOINT"], ContentType="text/csv", Body=event["body"]
    )
    return {"statusCode": 200, "body": answer["Body"].read().decode()}
"""

BATCH_SCORE = """\
import boto3
import pandas
import xgboost

MODEL = xgboost.Booster(model_file="/opt/model/churn.json")
s3 = boto3.client("s3")


def handler(event, context):
    s3.download_file("customers", "today.csv", "/tmp/today.csv")
    rows = pandas.read_csv("/tmp/today.csv")
    rows["score"] = MODEL.predict(xgboost.DMatrix(rows))
    rows.to_csv("/tmp/scores.csv")
    s3.upload_file("/tmp/scores.csv", "customers", "scores.csv")
"""

YOLO = """\
import base64
import json
import sys

sys.path.insert(0, "/mnt/models/python")
import cv2
import numpy

NET = cv2.dnn.readNet("/mnt/models/yolov4.weights", "/mnt/models/yolov4.cfg")


def handler(event, context):
    image = cv2.imdecode(numpy.frombuffer(base64.b64decode(event["body"]), numpy.uint8), 1)
    NET.setInput(cv2.dnn.blobFromImage(image, 1 / 255, (416, 416)))
    return {"statusCode": 200, "body": json.dumps([out.tolist() for out in NET.forward()])}
"""

TEXTRACT = """\
import time
import boto3

textract = boto3.client("textract")


def handler(event, context):
    record = event["Records"][0]["s3"]
    where = {"S3Object": {"Bucket": record["bucket"]["name"], "Name": record["object"]["key"]}}
    job = textract.start_document_text_detection(DocumentLocation=where)["JobId"]
    while True:
        found = textract.get_document_text_detection(JobId=job)
        if found["JobStatus"] != "IN_PROGRESS":
            return found["JobStatus"]
        time.sleep(5)
"""

TORCH_WORKER = """\
import json
import torch

MODEL = torch.jit.load("/opt/model/segmenter.pt")


def handler(event, context):
    for record in event["Records"]:
        MODEL(torch.tensor(json.loads(record["body"])["pixels"]))
"""

FETCH = """\
import urllib.request
import cfnresponse
from huggingface_hub import snapshot_download


def handler(event, context):
    if event["RequestType"] != "Delete":
        snapshot_download("sentence-transformers/all-MiniLM-L6-v2", local_dir="/mnt/models/minilm")
    cfnresponse.send(event, context, cfnresponse.SUCCESS, {})
"""

CHAT = """\
import json
import boto3

bedrock = boto3.client("bedrock-runtime")


def handler(event, context):
    answer = bedrock.converse(
        modelId="amazon.nova-lite-v1:0",
        messages=[{"role": "user", "content": [{"text": json.loads(event["body"])["text"]}]}],
    )
    where = event["requestContext"]
    api = boto3.client("apigatewaymanagementapi", endpoint_url="https://" + where["domainName"])
    api.post_to_connection(ConnectionId=where["connectionId"], Data=json.dumps(answer["output"]).encode())
    return {"statusCode": 200}
"""

EDGE = """\
def handler(event, context):
    request = event["Records"][0]["cf"]["request"]
    request["uri"] = request["uri"].replace("/old/", "/new/")
    return request
"""

FIT = """\
import json
import joblib
from sklearn.linear_model import LogisticRegression


def handler(event, context):
    body = json.loads(event["body"])
    model = LogisticRegression().fit(body["rows"], body["labels"])
    joblib.dump(model, "/tmp/model.joblib")
    return {"statusCode": 200, "body": json.dumps(model.coef_.tolist())}
"""

TRAIN = """\
import boto3
import torch

s3 = boto3.client("s3")


def handler(event, context):
    s3.download_file("clicks", "week.pt", "/tmp/week.pt")
    rows = torch.load("/tmp/week.pt")
    model = torch.nn.Linear(64, 2)
    optimizer = torch.optim.Adam(model.parameters())
    for epoch in range(50):
        for features, labels in rows:
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(model(features), labels)
            loss.backward()
            optimizer.step()
    torch.save(model.state_dict(), "/tmp/model.pt")
    s3.upload_file("/tmp/model.pt", "clicks", "model.pt")
"""

VIDEO = """\
import subprocess
import boto3

s3 = boto3.client("s3")


def handler(event, context):
    record = event["Records"][0]["s3"]
    s3.download_file(record["bucket"]["name"], record["object"]["key"], "/tmp/in.mp4")
    subprocess.run(["ffmpeg", "-i", "/tmp/in.mp4", "-vf", "scale=1280:-2", "/tmp/out.mp4"], check=True)
    s3.upload_file("/tmp/out.mp4", "videos", record["object"]["key"])
"""

FRAUD = """\
import json
import joblib
import psycopg2
import sklearn

MODEL = joblib.load("fraud.joblib")
DB = psycopg2.connect("")


def handler(event, context):
    with DB.cursor() as cursor:
        cursor.execute("select amount, age from account where id = %s", (event["pathParameters"]["id"],))
        row = cursor.fetchone()
    return {"statusCode": 200, "body": json.dumps(MODEL.predict([row]).tolist())}
"""

FIFO = """\
import json
import joblib
import sklearn

MODEL = joblib.load("price.joblib")


def handler(event, context):
    print(MODEL.predict([json.loads(record["body"]) for record in event["Records"]]))
"""

STREAM = """\
import base64
import json
import joblib
import sklearn

MODEL = joblib.load("anomaly.joblib")


def handler(event, context):
    rows = [json.loads(base64.b64decode(record["kinesis"]["data"])) for record in event["Records"]]
    return MODEL.predict(rows).tolist()
"""

DIFFUSION = """\
import torch
from diffusers import StableDiffusionPipeline

PIPE = StableDiffusionPipeline.from_pretrained("/opt/model", torch_dtype=torch.float16).to("cuda")


def handler(event, context):
    for record in event["Records"]:
        PIPE(record["body"]).images[0].save("/tmp/image.png")
"""

ONNX = """\
import json
import numpy
import onnxruntime

SESSION = onnxruntime.InferenceSession("model.onnx")


def handler(event, context):
    rows = numpy.array(json.loads(event["body"]), dtype="float32")
    return {"statusCode": 200, "body": json.dumps(SESSION.run(None, {"input": rows})[0].tolist())}
"""

SIGN_UP = """\
import joblib
import sklearn

MODEL = joblib.load("bots.joblib")


def handler(event, context):
    event["response"]["autoConfirmUser"] = bool(MODEL.predict([[len(event["userName"])]])[0])
    return event
"""

FIFO_QUEUE = "  Orders: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}\n"
POOL = "  Pool: {Type: AWS::Cognito::UserPool}\n"
STATES = """\
  States:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: Do
        States: {Do: {Type: Task, Resource: !GetAtt Work.Arn, End: true}}
"""
CUSTOM = "  Filled: {Type: 'Custom::Fill', Properties: {ServiceToken: !GetAtt Work.Arn}}\n"
SOCKET = """\
  Chat:
    Type: AWS::ApiGatewayV2::Api
    Properties: {ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
  Route:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Chat, RouteKey: $default, Target: !Sub 'integrations/${Link}'}
  Link:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Chat
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Work.Arn}/invocations'
"""
DISTRIBUTION = """\
  Version: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Work}}
  Site:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        DefaultCacheBehavior:
          TargetOriginId: site
          ViewerProtocolPolicy: https-only
          LambdaFunctionAssociations: [{EventType: viewer-request, LambdaFunctionARN: !Ref Version}]
"""
COGNITO = "Type: Cognito, Properties: {UserPool: !Ref Pool, Trigger: PreSignUp}"
KINESIS = "Type: Kinesis, Properties: {Stream: 'arn:aws:kinesis:eu-west-1:1:stream/s', StartingPosition: LATEST}"
ORDERS = "Type: SQS, Properties: {Queue: !GetAtt Orders.Arn}"
