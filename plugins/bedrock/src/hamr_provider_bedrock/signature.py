"""AWS's signature of a finished call, by botocore's own code and at a time that is given."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hamr.api import Call

# What a proxy, or the transport, may change on the way.
_UNSIGNED = frozenset({"accept", "accept-encoding", "connection", "content-length", "user-agent"})


@dataclass(frozen=True, slots=True)
class AwsKeys:
    """The parts of an AWS credential; `source` is botocore's own, which knows when they expire."""

    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    source: Any = field(default=None, repr=False)

    def expires_within(self, seconds: int) -> bool:
        """Whether new ones should be had by then."""
        return hasattr(self.source, "refresh_needed") and bool(self.source.refresh_needed(seconds))


def signed(call: Call, keys: AwsKeys, region: str, seconds: float, service: str = "bedrock") -> Call:
    """The call with its signature, which holds for the next five minutes and for these very bytes."""
    from datetime import UTC, datetime

    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest

    stamp = datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%dT%H%M%SZ")
    call = replace(call, headers={**call.headers, "x-amz-date": stamp})
    if keys.token:
        call = call.with_secret("x-amz-security-token", keys.token)
    headers = {name: value for name, value in call.headers.items() if name not in _UNSIGNED}
    request = AWSRequest(call.method, call.url, headers, call.body)
    request.context["timestamp"] = stamp
    signer = SigV4Auth(keys, service, region)
    signature = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    names = signer.signed_headers(signer.headers_to_sign(request))
    told = f"Credential={signer.scope(request)}, SignedHeaders={names}, Signature={signature}"
    return call.with_secret("authorization", f"AWS4-HMAC-SHA256 {told}")
