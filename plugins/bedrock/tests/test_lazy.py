"""botocore is there when it is needed, and no more of it than that."""

from __future__ import annotations

import subprocess
import sys

SIGNING = "{'AWS_ACCESS_KEY_ID': 'a', 'AWS_SECRET_ACCESS_KEY': 'b', 'AWS_REGION': 'us-east-1'}"
SHOW = "import sys; print(*sorted(name for name in sys.modules if name.startswith('botocore')))"


def imported(code: str) -> set[str]:
    """The modules of botocore that this code imports, in a Python of its own."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{SHOW}"], capture_output=True, text=True, check=False, env={"PATH": ""}
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_the_plugin_alone_imports_nothing_of_botocore() -> None:
    assert imported("import hamr_provider_bedrock, hamr_provider_bedrock.wire, hamr_provider_bedrock.dialect") == set()


def test_nothing_is_imported_before_a_call() -> None:
    code = f"import hamr; hamr.Hamr(environ={SIGNING}).pipeline('bedrock/m').wire.dialect()"
    assert imported(code) == set()


def test_a_key_of_bedrocks_own_needs_no_signature() -> None:
    environ = "{'AWS_BEARER_TOKEN_BEDROCK': 'a', 'AWS_REGION': 'us-east-1'}"
    assert imported(f"import hamr; hamr.Hamr(environ={environ}).preview('hi', 'bedrock/m')") == set()


def test_a_signature_needs_no_client_of_botocores() -> None:
    """No session, no credentials, no connections: what does I/O is hamr's own."""
    modules = imported(f"import hamr; hamr.Hamr(environ={SIGNING}).preview('hi', 'bedrock/m')")
    assert {"botocore.auth", "botocore.awsrequest"} <= modules
    inner = {name.split(".")[1] for name in modules if "." in name}
    assert inner & {"session", "client", "credentials", "endpoint", "httpsession", "loaders"} <= {"httpsession"}


def test_a_stream_needs_the_reader_of_frames_alone() -> None:
    from hamr_provider_bedrock.frames import frame

    data = frame({":message-type": "event", ":event-type": "messageStart"}, b"{}")
    code = f"import hamr; hamr.Hamr(environ={SIGNING}).pipeline('bedrock/m').wire.decoder().feed({data!r})"
    inner = {name.split(".")[1] for name in imported(code) if "." in name}
    assert "eventstream" in inner
    assert not inner & {"auth", "awsrequest", "session", "client"}
