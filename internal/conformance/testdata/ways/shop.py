import urllib.error
import urllib.request

url = 'https://pay-api.amazon.eu/v2/charges/x'
try:
    print(urllib.request.urlopen(url).status)
except urllib.error.HTTPError as e:
    print(e.code)
try:
    import requests
except ImportError:
    pass
else:
    print(requests.get(url).status_code)
