"""python-fido2 against the first hidraw FIDO device: prints one JSON object of what each step gave."""
import json

from fido2 import ctap
from fido2.ctap2 import ClientPin, Ctap2
from fido2.hid import CtapHidDevice

RP = "console.signer.test"
HASH = b"\x11" * 32
told = {}
device = next(CtapHidDevice.list_devices())
told["ping"] = device.ping(b"x" * 200) == b"x" * 200
host = Ctap2(device)
info = host.get_info()
told["versions"] = info.versions
told["options"] = info.options
told["pinProtocols"] = info.pin_uv_protocols
pin = ClientPin(host)
pin.set_pin("123456")
told["pinSet"] = host.get_info().options["clientPin"]
told["retries"] = pin.get_pin_retries()[0]
try:
    pin.get_pin_token("999999", ClientPin.PERMISSION.GET_ASSERTION, RP)
except ctap.CtapError as error:
    told["wrongPin"] = int(error.code)
told["retriesAfterWrongPin"] = pin.get_pin_retries()[0]


def proof(permission):
    token = pin.get_pin_token("123456", permission, RP)
    return pin.protocol.authenticate(token, HASH), pin.protocol.VERSION


param, version = proof(ClientPin.PERMISSION.MAKE_CREDENTIAL)
made = host.make_credential(
    HASH,
    {"id": RP, "name": "Console"},
    {"id": b"u1", "name": "ana", "displayName": "Ana"},
    [{"type": "public-key", "alg": -7}],
    pin_uv_param=param,
    pin_uv_protocol=version,
)
credential = made.auth_data.credential_data
told["format"] = made.fmt
param, version = proof(ClientPin.PERMISSION.GET_ASSERTION)
allow = [{"type": "public-key", "id": credential.credential_id}]
got = host.get_assertion(RP, HASH, allow, pin_uv_param=param, pin_uv_protocol=version)
got.verify(HASH, credential.public_key)
told["assertion"] = "verified"
told["flags"] = int(got.auth_data.flags)
try:
    host.get_assertion("login.example.com", HASH, allow, options={"up": False})
except ctap.CtapError as error:
    told["otherSite"] = int(error.code)
print(json.dumps(told, default=str))
