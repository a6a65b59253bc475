"""Posts a body of zeros with urllib, and prints the status of each try. Arguments: URL, bytes, tries, signature."""

import sys
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

url, size, tries, signature = sys.argv[1:]
headers = {"X-Knowrithm-Signature": signature} if signature else {}
opener = build_opener(ProxyHandler({}))
for _ in range(int(tries)):
    try:
        with opener.open(Request(url, bytes(int(size)), headers), timeout=20) as answer:
            print(answer.status)
    except HTTPError as refusal:
        print(refusal.code)
    except OSError as error:
        print(getattr(error, "reason", error))
