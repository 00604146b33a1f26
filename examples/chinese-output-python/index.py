# -*- coding:utf-8 -*-
import json


def handler(event, context):
    # without ensure_ascii=False the characters would leave as \uXXXX
    return json.dumps({"问候": "你好，" + str(event.get("name") or "世界")}, ensure_ascii=False)
