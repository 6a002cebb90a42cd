# One request with http.client, or two on a kept connection; says what came of the last.
#   python3 client.py URL TIMEOUT_S [CA_FILE [again]]
import http.client
import ssl
import sys
from urllib.parse import urlsplit

url = urlsplit(sys.argv[1])
timeout = float(sys.argv[2])
if url.scheme == 'https':
    context = ssl.create_default_context(cafile=sys.argv[3])
    connection = http.client.HTTPSConnection(url.netloc, timeout=timeout, context=context)
else:
    connection = http.client.HTTPConnection(url.netloc, timeout=timeout)
head = False
try:
    if len(sys.argv) > 4:
        connection.request('GET', url.path)
        connection.getresponse().read()
    connection.request('GET', url.path)
    response = connection.getresponse()
    head = True
    print('ok', len(response.read()))
except ssl.SSLCertVerificationError:
    print('CERTIFICATE_VERIFY_FAILED')
except Exception as error:
    print(('B: ' if head else '') + type(error).__name__)
