"""What simple-salesforce does with the embedded org, step by step.

Run against `demo-gen org serve --tls`, with the lines that it prints in the environment. Every step says
what it did; one that fails says why, and the script ends with 1.
"""

import csv
import datetime
import io
import os
import sys
import time
import traceback

import requests
from simple_salesforce import Salesforce, exceptions, format_soql

URL = os.environ["SF_INSTANCE_URL"]
TOKEN = os.environ["SF_ACCESS_TOKEN"]
USERNAME = os.environ["SF_USERNAME"]
PASSWORD = os.environ["SF_PASSWORD"]
CLIENT_ID = os.environ["SF_CLIENT_ID"]
CLIENT_SECRET = os.environ["SF_CLIENT_SECRET"]

STEPS = []


def step(function):
    STEPS.append(function)
    return function


def equal(found, expected):
    assert found == expected, f"expected {expected!r}, found {found!r}"


def refuses(kind, code, action):
    """What an action is refused with: the exception's class, and the code that the org gave."""
    try:
        action()
    except kind as error:
        # Some of the classes are each other's parents.
        equal(type(error), kind)
        if code is not None:
            equal(error.content[0]["errorCode"], code)
        return error
    raise AssertionError(f"{kind.__name__} was not raised")


class ToTheOrg(requests.adapters.HTTPAdapter):
    """The client always signs in at *.salesforce.com; this brings the request to the org instead."""

    def send(self, request, **options):
        request.url = request.url.replace("https://org.salesforce.com", URL)
        return super().send(request, **options)


def by_way_of_salesforce():
    session = requests.Session()
    session.mount("https://org.salesforce.com", ToTheOrg())
    return session


def connect():
    return Salesforce(instance_url=URL, session_id=TOKEN, version="67.0")


sf = connect()


# Signing in


@step
def a_token_signs_in():
    return f"org {sf.query('SELECT Name FROM Organization')['records'][0]['Name']}"


@step
def soap_login():
    signed_in = Salesforce(
        username=USERNAME, password=PASSWORD, security_token="", domain="org",
        session=by_way_of_salesforce(),
    )
    equal(signed_in.query("SELECT COUNT() FROM User WHERE IsActive = true")["done"], True)
    return f"session at {signed_in.sf_instance}, version {signed_in.sf_version}"


@step
def soap_login_with_an_organization_id():
    signed_in = Salesforce(
        username=USERNAME, password=PASSWORD, organizationId=TOKEN.split("!")[0], domain="org",
        session=by_way_of_salesforce(),
    )
    equal(signed_in.is_sandbox(), False)


@step
def soap_login_with_a_wrong_password():
    try:
        Salesforce(
            username=USERNAME, password="wrong & <odd>", security_token="", domain="org",
            session=by_way_of_salesforce(),
        )
    except exceptions.SalesforceAuthenticationFailed as error:
        equal(error.code, "INVALID_LOGIN")
        return error.auth_message
    raise AssertionError("the login succeeded")


@step
def oauth_password():
    signed_in = Salesforce(
        username=USERNAME, password=PASSWORD, consumer_key=CLIENT_ID, consumer_secret=CLIENT_SECRET,
        domain="org", session=by_way_of_salesforce(),
    )
    equal(signed_in.limits()["DailyApiRequests"]["Max"] > 0, True)


@step
def oauth_client_credentials():
    signed_in = Salesforce(
        consumer_key=CLIENT_ID, consumer_secret=CLIENT_SECRET, domain="org", session=by_way_of_salesforce()
    )
    info = signed_in.oauth2("userinfo")
    equal(info["preferred_username"], USERNAME)
    return f"user {info['name']}"


@step
def oauth_with_a_wrong_secret():
    try:
        Salesforce(
            consumer_key=CLIENT_ID, consumer_secret="wrong", domain="org", session=by_way_of_salesforce()
        )
    except exceptions.SalesforceAuthenticationFailed as error:
        return f"{error.code}: {error.auth_message}"
    raise AssertionError("the login succeeded")


@step
def an_expired_session():
    other = Salesforce(instance_url=URL, session_id="00D000000000000!expired", version="67.0")
    refuses(
        exceptions.SalesforceExpiredSession, "INVALID_SESSION_ID", lambda: other.query("SELECT Id FROM Account")
    )


# What there is


@step
def describe():
    every = sf.describe()
    names = {sobject["name"] for sobject in every["sobjects"]}
    missing = {"Account", "Contact", "Opportunity", "Event", "Task", "User", "Lead"} - names
    equal(missing, set())
    equal(every["maxBatchSize"], 200)
    fields = {field["name"]: field for field in sf.Event.describe()["fields"]}
    equal(fields["WhatId"]["type"], "reference")
    equal(fields["WhatId"]["relationshipName"], "What")
    equal(sf.Account.metadata()["objectDescribe"]["keyPrefix"], "001")
    return f"{len(names)} sObjects, {len(fields)} fields of Event"


@step
def limits_and_usage():
    equal(sf.limits()["DataStorageMB"]["Remaining"] > 0, True)
    usage = sf.api_usage["api-usage"]
    equal(usage.total >= usage.used > 0, True)
    return f"{usage.used} of {usage.total} calls"


# Records


@step
def a_record_from_beginning_to_end():
    made = sf.Account.create({"Name": "Conformance", "NumberOfEmployees": "12", "AnnualRevenue": "1500000"})
    equal(made["success"], True)
    account = sf.Account.get(made["id"])
    equal((account["Name"], account["NumberOfEmployees"]), ("Conformance", 12))
    equal(sf.Account.update(made["id"], {"Name": "Conformance Ltd", "Website": None}), 204)
    equal(sf.account.get(made["id"])["Name"], "Conformance Ltd")
    equal(sf.Account.delete(made["id"]), 204)
    refuses(exceptions.SalesforceResourceNotFound, None, lambda: sf.Account.get(made["id"]))
    found = sf.query(format_soql("SELECT Id FROM Account WHERE Id = {}", made["id"]), include_deleted=True)
    equal(found["totalSize"], 1)
    return made["id"]


@step
def upsert_by_external_id():
    equal(sf.Account.upsert("Demo_Key__c/py-1", {"Name": "Upserted"}), 201)
    equal(sf.Account.upsert("Demo_Key__c/py-1", {"Name": "Upserted again"}), 200)
    found = sf.Account.get_by_custom_id("Demo_Key__c", "py-1")
    equal(found["Name"], "Upserted again")
    contact = sf.Contact.create({"LastName": "Parented", "Account": {"Demo_Key__c": "py-1"}})
    equal(sf.Contact.get(contact["id"])["AccountId"], found["Id"])
    sf.Account.delete(found["Id"])


@step
def more_than_one_record():
    made = [sf.Account.create({"Name": "Twin", "Demo_Run__c": "py-twins"})["id"] for _ in range(2)]
    error = refuses(
        exceptions.SalesforceMoreThanOneRecord,
        None,
        lambda: sf.Account.get_by_custom_id("Demo_Run__c", "py-twins"),
    )
    equal(sorted(url.rsplit("/", 1)[1] for url in error.content), sorted(made))
    for record in made:
        sf.Account.delete(record)


@step
def what_was_updated_and_deleted():
    kept = sf.Contact.create({"LastName": "Kept"})["id"]
    gone = sf.Contact.create({"LastName": "Gone"})["id"]
    sf.Contact.delete(gone)
    at = datetime.datetime.strptime(sf.Contact.get(kept)["SystemModstamp"], "%Y-%m-%dT%H:%M:%S.%f%z")
    hour = datetime.timedelta(hours=1)
    updated = sf.Contact.updated(at - hour, at + hour)["ids"]
    deleted = [row["id"] for row in sf.Contact.deleted(at - hour, at + hour)["deletedRecords"]]
    equal((kept in updated, gone in updated, gone in deleted, kept in deleted), (True, False, True, False))
    sf.Contact.delete(kept)
    return f"{len(updated)} updated, {len(deleted)} deleted"


@step
def requests_that_are_refused():
    malformed = exceptions.SalesforceMalformedRequest
    refuses(malformed, "REQUIRED_FIELD_MISSING", lambda: sf.Contact.create({"FirstName": "Nobody"}))
    refuses(malformed, "INVALID_FIELD", lambda: sf.Account.create({"Name": "x", "Nothing": 1}))
    refuses(malformed, "INVALID_EMAIL_ADDRESS", lambda: sf.Contact.create({"LastName": "x", "Email": "no"}))
    refuses(malformed, "STRING_TOO_LONG", lambda: sf.Contact.create({"LastName": "x" * 81}))
    refuses(malformed, "INVALID_TYPE", lambda: sf.query("SELECT Id FROM Nothing"))
    refuses(malformed, "INVALID_FIELD", lambda: sf.query("SELECT Nothing FROM Account"))
    refuses(malformed, "MALFORMED_QUERY", lambda: sf.query("SELECT Id FORM Account"))
    missing = exceptions.SalesforceResourceNotFound
    refuses(missing, "NOT_FOUND", lambda: sf.Nothing.describe())
    refuses(missing, "NOT_FOUND", lambda: sf.Account.get("001000000000000AAA"))
    refuses(exceptions.SalesforceGeneralError, "METHOD_NOT_ALLOWED", lambda: sf.restful("limits", method="DELETE"))


# Many records


def tasks(count):
    return [
        {"attributes": {"type": "Task"}, "Subject": f"Paged {number:05}", "Priority": "Normal"}
        for number in range(count)
    ]


@step
def collections_and_pages():
    made = []
    records = tasks(2300)
    for start in range(0, len(records), 200):
        body = {"allOrNone": True, "records": records[start : start + 200]}
        results = sf.restful("composite/sobjects", method="POST", json=body)
        made += [result["id"] for result in results if result["success"]]
    equal(len(made), 2300)

    soql = "SELECT Id, Subject FROM Task WHERE Subject LIKE 'Paged %' ORDER BY Subject"
    first = sf.query(soql)
    equal((first["totalSize"], first["done"], len(first["records"])), (2300, False, 2000))
    second = sf.query_more(first["nextRecordsUrl"], identifier_is_url=True)
    equal((second["done"], len(second["records"])), (True, 300))
    by_locator = sf.query_more(first["nextRecordsUrl"].rsplit("/", 1)[1])
    equal(by_locator["records"], second["records"])

    pages = sf.query_all(soql, headers={**sf.headers, "Sforce-Query-Options": "batchSize=250"})
    equal([row["Id"] for row in pages["records"]], made)
    equal(sum(1 for _ in sf.query_all_iter(soql)), 2300)

    changed = [{"attributes": {"type": "Task"}, "id": record, "Priority": "High"} for record in made[:3]]
    changed.append({"attributes": {"type": "Task"}, "id": "00T000000000000", "Priority": "High"})
    results = sf.restful("composite/sobjects", method="PATCH", json={"records": changed})
    equal([result["success"] for result in results], [True, True, True, False])
    equal(results[3]["errors"][0]["statusCode"], "INVALID_CROSS_REFERENCE_KEY")

    for start in range(0, len(made), 200):
        ids = ",".join(made[start : start + 200])
        results = sf.restful("composite/sobjects", params={"ids": ids, "allOrNone": "true"}, method="DELETE")
        equal(all(result["success"] for result in results), True)
    equal(sf.query_all(soql, include_deleted=True)["totalSize"], 2300)
    equal(sf.query(soql)["totalSize"], 0)
    return "2300 records in 12 calls, read in 2 and in 10 pages"


@step
def composite_requests():
    body = {
        "allOrNone": True,
        "compositeRequest": [
            {
                "method": "POST", "url": "/services/data/v67.0/sobjects/Account", "referenceId": "company",
                "body": {"Name": "Composite"},
            },
            {
                "method": "POST", "url": "/services/data/v67.0/sobjects/Contact", "referenceId": "person",
                "body": {"LastName": "Composite", "AccountId": "@{company.id}"},
            },
        ],
    }
    answers = sf.restful("composite", method="POST", json=body)["compositeResponse"]
    equal([answer["httpStatusCode"] for answer in answers], [201, 201])
    account = answers[0]["body"]["id"]

    body = {
        "batchRequests": [
            {"method": "PATCH", "url": f"v67.0/sobjects/account/{account}", "richInput": {"Name": "Batched"}},
            {"method": "GET", "url": f"v67.0/sobjects/account/{account}?fields=Name"},
        ]
    }
    answer = sf.restful("composite/batch", method="POST", json=body)
    equal((answer["hasErrors"], answer["results"][0]), (False, {"statusCode": 204, "result": None}))
    equal(answer["results"][1]["result"]["Name"], "Batched")

    body = {"graphs": [{"graphId": "g1", "compositeRequest": [
        {"method": "DELETE", "url": f"/services/data/v67.0/sobjects/Account/{account}", "referenceId": "gone"},
        {"method": "GET", "url": f"/services/data/v67.0/sobjects/Account/{account}", "referenceId": "look"},
    ]}]}
    graph = sf.restful("composite/graph", method="POST", json=body)["graphs"][0]
    equal(graph["isSuccessful"], False)
    equal(sf.Account.get(account)["Name"], "Batched")
    sf.Account.delete(account)


@step
def a_tree():
    def tree(email):
        return {
            "records": [
                {
                    "attributes": {"type": "Account", "referenceId": "company"},
                    "name": "Tree",
                    "Contacts": {
                        "records": [
                            {
                                "attributes": {"type": "Contact", "referenceId": "person"},
                                "lastname": "Branch",
                                "Email": email,
                            }
                        ]
                    },
                }
            ]
        }

    error = refuses(
        exceptions.SalesforceMalformedRequest,
        None,
        lambda: sf.restful("composite/tree/Account", method="POST", json=tree("123")),
    )
    equal(error.content["hasErrors"], True)
    equal(error.content["results"][0]["referenceId"], "person")
    equal(error.content["results"][0]["errors"][0]["statusCode"], "INVALID_EMAIL_ADDRESS")
    equal(sf.query("SELECT COUNT() FROM Account WHERE Name = 'Tree'")["totalSize"], 0)

    made = sf.restful("composite/tree/Account/", method="POST", json=tree("branch@tree.example"))
    ids = {result["referenceId"]: result["id"] for result in made["results"]}
    equal(sf.Contact.get(ids["person"])["AccountId"], ids["company"])
    sf.Account.delete(ids["company"])
    return f"{made['results']}"


@step
def search():
    made = sf.Contact.create({"LastName": "Quetzalcoatl", "Email": "q@plumes.example"})["id"]
    found = sf.search("FIND {Quetzal*} IN NAME FIELDS RETURNING Contact(Id, Email), Account LIMIT 5")
    equal([(row["Id"], row["Email"]) for row in found["searchRecords"]], [(made, "q@plumes.example")])
    found = sf.quick_search("quetzalcoatl")
    equal([row["attributes"]["type"] for row in found["searchRecords"]], ["Contact"])
    refuses(exceptions.SalesforceMalformedRequest, "MALFORMED_SEARCH", lambda: sf.quick_search("q"))
    sf.Contact.delete(made)


# Bulk


@step
def bulk_1_by_json():
    data = [{"LastName": f"Bulk1 {number}", "Demo_Key__c": f"py-b1-{number}"} for number in range(30)]
    results = sf.bulk.Contact.insert(data, batch_size=10)
    equal([result["success"] for result in results], [True] * 30)
    failed = sf.bulk.Contact.insert([{"FirstName": "Nobody"}])
    equal(failed[0]["success"], False)
    equal(failed[0]["errors"][0]["statusCode"], "REQUIRED_FIELD_MISSING")

    soql = "SELECT Id, LastName FROM Contact WHERE LastName LIKE 'Bulk1 %'"
    rows = sf.bulk.Contact.query(soql)
    equal(len(rows), 30)
    results = sf.bulk.Contact.update([{"Id": row["Id"], "Title": "Changed"} for row in rows])
    equal(all(result["success"] for result in results), True)
    again = [{"LastName": "Bulk1 again", "Demo_Key__c": "py-b1-0"}, {"LastName": "Bulk1 new", "Demo_Key__c": "py-b1-x"}]
    results = sf.bulk.Contact.upsert(again, external_id_field="Demo_Key__c", batch_size=200)
    equal([result["created"] for result in results], [False, True])

    rows = [row for page in sf.bulk.Contact.query(soql, lazy_operation=True) for row in page]
    equal(len(rows), 31)
    results = sf.bulk.Contact.delete([{"Id": row["Id"]} for row in rows])
    equal(all(result["success"] for result in results), True)
    equal(len(sf.bulk.Contact.query(soql)), 0)
    equal(len(sf.bulk.Contact.query_all(soql)), 31)


@step
def bulk_2_ingest():
    records = [
        {"LastName": f"Bulk2 {number}", "Title": 'Head, "of" all', "Demo_Key__c": f"py-b2-{number}"}
        for number in range(450)
    ]
    [job] = sf.bulk2.Contact.insert(records=records + [{"LastName": "", "Title": "", "Demo_Key__c": "py-b2-bad"}])
    equal((job["numberRecordsProcessed"], job["numberRecordsFailed"], job["numberRecordsTotal"]), (451, 1, 451))

    done = list(csv.DictReader(io.StringIO(sf.bulk2.Contact.get_successful_records(job["job_id"]))))
    equal({row["sf__Created"] for row in done}, {"true"})
    equal({row["Demo_Key__c"] for row in done}, {record["Demo_Key__c"] for record in records})
    failed = list(csv.DictReader(io.StringIO(sf.bulk2.Contact.get_failed_records(job["job_id"]))))
    equal([row["Demo_Key__c"] for row in failed], ["py-b2-bad"])
    equal(failed[0]["sf__Error"].split(":")[0], "REQUIRED_FIELD_MISSING")
    equal(list(csv.DictReader(io.StringIO(sf.bulk2.Contact.get_unprocessed_records(job["job_id"])))), [])

    changes = [{"Demo_Key__c": f"py-b2-{number}", "Title": "#N/A"} for number in range(3)]
    [job] = sf.bulk2.Contact.upsert(records=changes, external_id_field="Demo_Key__c")
    equal(job["numberRecordsFailed"], 0)
    empty = sf.query("SELECT COUNT() FROM Contact WHERE LastName LIKE 'Bulk2 %' AND Title = null")
    equal(empty["totalSize"], 3)


@step
def bulk_2_query():
    soql = "SELECT Id, LastName, Title FROM Contact WHERE LastName LIKE 'Bulk2 %'"
    pages = list(sf.bulk2.Contact.query(soql, max_records=200))
    rows = [row for page in pages for row in csv.DictReader(io.StringIO(page))]
    equal((len(pages), len(rows)), (3, 450))
    equal(sum(row["Title"] == 'Head, "of" all' for row in rows), 447)
    equal(sum(row["Title"] == "" for row in rows), 3)

    [job] = sf.bulk2.Contact.delete(records=[{"Id": row["Id"]} for row in rows])
    equal((job["numberRecordsProcessed"], job["numberRecordsFailed"]), (450, 0))
    equal(list(sf.bulk2.Contact.query_all(soql))[0].count("Bulk2"), 450)


def main():
    # Bulk jobs are asked for every five seconds; here they are done by then.
    rest = time.sleep
    time.sleep = lambda seconds: rest(min(seconds, 0.05))
    failed = 0
    for each in STEPS:
        name = each.__name__.replace("_", " ")
        try:
            told = each()
        except Exception:
            failed += 1
            print(f"FAILED {name}\n{traceback.format_exc()}", flush=True)
        else:
            print(f"ok     {name}{f': {told}' if told else ''}", flush=True)
    print(f"simple-salesforce: {len(STEPS) - failed} of {len(STEPS)} steps", flush=True)
    return 1 if failed else 0


sys.exit(main())
