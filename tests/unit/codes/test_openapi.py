"""The description of the JSON is right: it validates, names every route, and answers fit it."""

import re

import pytest

from app.codes import openapi
from tests.factories.accounts import make_account
from tests.factories.codes import make_release
from tests.factories.codes_own import make_key
from tests.unit.codes.test_show import words

SITE = "http://127.0.0.1:8000"


@pytest.fixture
def described(client):
    return client.get("/codes/openapi.json").json


@pytest.fixture
def release(app):
    yield make_release()
    app.extensions.pop("code_plain", None)


def test_it_is_valid_openapi(described):
    pytest.importorskip("openapi_spec_validator").validate(described)


def test_it_is_the_same_wherever_it_is_asked_for(client, described):
    elsewhere = client.get("/codes/openapi.json", headers={"Host": "evil.example"}).json
    assert elsewhere == described
    assert described["servers"] == [{"url": SITE}]


def test_every_json_route_of_the_reference_is_in_it(app, described):
    routes = {
        re.sub(r"<(\w+)>", r"{\1}", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/codes/") and rule.rule.endswith(".json")
    }
    # For the site's own pages: suggestions while typing, and what one account takes away.
    routes -= {"/codes/suggest.json", "/codes/mine.json"}
    assert routes == {path for path in described["paths"] if path.endswith(".json")}


def test_every_operation_names_its_parameters_and_its_failures(described):
    for path, item in described["paths"].items():
        operation = item["get"]
        named = {p["$ref"].rsplit("/")[-1] for p in operation.get("parameters", ())}
        assert set(re.findall(r"{(\w+)}", path)) <= named
        if path != "/codes/openapi.json":
            assert {"200", "401", "403", "422", "429", "503"} <= set(operation["responses"])


def _fits(described, schema: str, value: object) -> list[str]:
    validators = pytest.importorskip("jsonschema")
    whole = {**described, "$ref": f"#/components/schemas/{schema}"}
    found = validators.Draft202012Validator(whole).iter_errors(value)
    return [f"{list(error.path)}: {error.message[:200]}" for error in found]


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/codes/icd10cm/E11.9.json", "Code"),
        ("/codes/icd10cm/E13.json?on=2026-05-01", "Code"),
        ("/codes/icd10cm/4.json", "Heading"),
        ("/codes/icd10cm/E08-E13.json", "CodeOrHeading"),
        ("/codes/icd10cm.json", "System"),
        ("/codes/search.json?q=E11", "Found"),
        ("/codes/search.json?q=zzz", "Found"),
        ("/codes/icd10cm/E11.9X.json", "NotFound"),
        ("/codes/nothing.json", "NotFound"),
        ("/codes/icd10cm.json?on=1990-01-01", "NotFound"),
        ("/codes/icd10cm.json?on=x", "Error"),
        ("/codes/search.json?system=x", "Error"),
    ],
)
def test_answers_fit_their_schemas(release, client, described, path, schema):
    assert _fits(described, schema, client.get(path).json) == []


def test_locked_answers_fit_too(release, client, described):
    client.get("/codes/icd10cm/E11.9.json")
    locked = client.get("/codes/icd10cm/E13.json").json
    assert locked["sections"]["billable"]["locked"] is True
    assert _fits(described, "Code", locked) == []
    refused = client.get("/codes/icd10cm.json", headers={"Authorization": "Bearer cc_x"})
    assert _fits(described, "Error", refused.json) == []


def test_the_page_for_people_tells_all_of_it(client):
    text = words(client.get("/codes/api"))
    for path, item in openapi.PATHS.items():
        assert f"GET {path}" in text
        assert item["get"]["summary"] in text
    for parameter in openapi.PARAMETERS.values():
        assert parameter["description"] in text
    for answer in openapi.RESPONSES.values():
        assert answer["description"] in text


def test_the_examples_of_the_page_work(release, app, client):
    _, key = make_key(make_account())
    commands = words(client.get("/codes/api")).split("curl ")[1:]
    assert len(commands) == 5
    for command in commands:
        address = re.search(rf"'{SITE}([^']+)'", command)[1]
        headers = dict(h.split(": ", 1) for h in re.findall(r"-H '([^']+)'", command))
        if "Authorization" in headers:
            headers["Authorization"] = f"Bearer {key}"
        program = app.test_client(use_cookies=False)
        answer = program.get(address, headers=headers, follow_redirects="-L" in command)
        assert (answer.status_code, answer.mimetype) == (200, "application/json"), command
