// What jsforce does with the embedded org, step by step.
//
// Run against `demo-gen org serve`, by http or https, with the lines that it prints in the environment.
// Every step says what it did; one that fails says why, and the script ends with 1.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

// Unlike import, require finds modules by NODE_PATH.
const jsforce = createRequire(import.meta.url)("jsforce");

const env = process.env;
const url = env.SF_INSTANCE_URL;
const version = "67.0";
const conn = new jsforce.Connection({ instanceUrl: url, accessToken: env.SF_ACCESS_TOKEN, version });
conn.bulk.pollInterval = 20;
conn.bulk2.pollInterval = 20;

const steps = [];
const step = (name, work) => steps.push([name, work]);

// The code that an action is refused with.
async function refused(code, action) {
  await assert.rejects(action, (error) => {
    assert.equal(error.errorCode ?? error.name, code, error.stack);
    return true;
  });
}

const succeed = (results) => results.every((result) => result.success);

// Signing in

step("a token signs in, and identity tells whose it is", async () => {
  const me = await conn.identity();
  assert.equal(me.username, env.SF_USERNAME);
  assert.ok(env.SF_ACCESS_TOKEN.startsWith(me.organization_id.slice(0, 15)));
  return me.display_name;
});

step("soap login and logout", async () => {
  const other = new jsforce.Connection({ loginUrl: url });
  const user = await other.login(env.SF_USERNAME, env.SF_PASSWORD);
  assert.equal(other.instanceUrl, url);
  assert.equal((await other.identity()).user_id, user.id);
  await other.logout();
  return `user ${user.id}, version ${other.version}`;
});

step("soap login with a wrong password", async () => {
  const other = new jsforce.Connection({ loginUrl: url });
  await assert.rejects(other.login(env.SF_USERNAME, "wrong"), /INVALID_LOGIN: Invalid username/);
});

step("soap login is gone from later versions", async () => {
  const other = new jsforce.Connection({ loginUrl: url, version: "65.0" });
  await assert.rejects(other.login(env.SF_USERNAME, env.SF_PASSWORD), /UNSUPPORTED_API_VERSION/);
});

step("oauth password, and logout", async () => {
  const oauth2 = { loginUrl: url, clientId: env.SF_CLIENT_ID, clientSecret: env.SF_CLIENT_SECRET };
  const other = new jsforce.Connection({ oauth2, version });
  await other.login(env.SF_USERNAME, env.SF_PASSWORD);
  assert.equal((await other.query("SELECT Id FROM User LIMIT 1")).totalSize, 1);
  await other.logout();

  const wrong = new jsforce.Connection({ oauth2, version });
  await assert.rejects(wrong.login(env.SF_USERNAME, "wrong"), /authentication failure/);
});

step("oauth client credentials", async () => {
  const oauth2 = { loginUrl: url, clientId: env.SF_CLIENT_ID, clientSecret: env.SF_CLIENT_SECRET };
  const other = new jsforce.Connection({ instanceUrl: url, oauth2, version });
  await other.authorize({ grant_type: "client_credentials" });
  assert.equal((await other.identity()).username, env.SF_USERNAME);
});

step("a refresh token renews an expired session", async () => {
  const oauth2 = { loginUrl: url, clientId: env.SF_CLIENT_ID, clientSecret: env.SF_CLIENT_SECRET };
  const expired = "00D000000000000!expired";
  const refreshToken = env.SF_REFRESH_TOKEN;
  const other = new jsforce.Connection({ instanceUrl: url, accessToken: expired, refreshToken, oauth2, version });
  let renewed = 0;
  other.on("refresh", () => (renewed += 1));
  assert.equal((await other.query("SELECT Id FROM User LIMIT 1")).totalSize, 1);
  assert.equal(renewed, 1);

  const stale = new jsforce.Connection({ instanceUrl: url, accessToken: expired, version });
  await refused("INVALID_SESSION_ID", stale.query("SELECT Id FROM User"));
});

// What there is

step("describe and limits", async () => {
  const { sobjects } = await conn.describeGlobal();
  const names = sobjects.map((sobject) => sobject.name);
  for (const name of ["Account", "Contact", "Opportunity", "Event", "Task", "User", "Lead"]) {
    assert.ok(names.includes(name), name);
  }
  const event = await conn.sobject("Event").describe();
  const subject = event.fields.find((field) => field.name === "Subject");
  assert.deepEqual([subject.type, subject.length], ["combobox", 255]);
  const limits = await conn.limits();
  assert.ok(limits.DailyApiRequests.Remaining > 0);
  assert.equal(conn.limitInfo.apiUsage.limit, limits.DailyApiRequests.Max);
  return `${names.length} sObjects, ${event.fields.length} fields of Event`;
});

// Records

step("a record from beginning to end", async () => {
  const accounts = conn.sobject("Account");
  const { id, success } = await accounts.create({ Name: "Conformance", NumberOfEmployees: "12" });
  assert.equal(success, true);
  assert.equal((await accounts.retrieve(id)).NumberOfEmployees, 12);
  await accounts.update({ Id: id, Name: "Conformance Ltd", NumberOfEmployees: null });
  const found = await accounts.findOne({ Id: id }, ["Name", "NumberOfEmployees", "Owner.Name"]);
  assert.deepEqual([found.Name, found.NumberOfEmployees], ["Conformance Ltd", null]);
  const [latest] = await conn.recent(1);
  assert.equal(latest.Id, id);
  assert.equal((await accounts.recent())[0].Name, "Conformance Ltd");
  await accounts.destroy(id);
  await refused("ENTITY_IS_DELETED", accounts.retrieve(id));
  return id;
});

step("upsert by external id", async () => {
  const accounts = conn.sobject("Account");
  const first = await accounts.upsert({ Demo_Key__c: "js-1", Name: "Upserted" }, "Demo_Key__c");
  const second = await accounts.upsert({ Demo_Key__c: "js-1", Name: "Upserted again" }, "Demo_Key__c");
  assert.deepEqual([first.created, second.created, second.id], [true, false, first.id]);
  const many = [
    { Demo_Key__c: "js-1", Name: "One" },
    { Demo_Key__c: "js-2", Name: "Two" },
  ];
  const results = await accounts.upsert(many, "Demo_Key__c");
  assert.deepEqual(results.map((result) => result.created), [false, true]);
  assert.ok(succeed(await accounts.destroy(results.map((result) => result.id))));
});

step("what was updated and deleted", async () => {
  const contacts = conn.sobject("Contact");
  const [kept, gone] = await contacts.create([{ LastName: "Kept" }, { LastName: "Gone" }]);
  await contacts.destroy(gone.id);
  const at = Date.parse((await contacts.retrieve(kept.id)).SystemModstamp);
  const [start, end] = [at - 3600e3, at + 3600e3].map((time) => new Date(time).toISOString());
  const updated = await contacts.updated(start, end);
  const deleted = await contacts.deleted(start, end);
  assert.ok(updated.ids.includes(kept.id) && !updated.ids.includes(gone.id));
  assert.ok(deleted.deletedRecords.some((record) => record.id === gone.id));
  await contacts.destroy(kept.id);
});

step("requests that are refused", async () => {
  await refused("REQUIRED_FIELD_MISSING", conn.sobject("Contact").create({ FirstName: "Nobody" }));
  await refused("INVALID_FIELD", conn.sobject("Account").create({ Name: "x", Nothing: 1 }));
  await refused("STRING_TOO_LONG", conn.sobject("Contact").create({ LastName: "x".repeat(81) }));
  await refused("INVALID_TYPE", conn.query("SELECT Id FROM Nothing"));
  await refused("INVALID_FIELD", conn.query("SELECT Nothing FROM Account"));
  await refused("MALFORMED_QUERY", conn.query("SELECT Id FORM Account"));
  await refused("NOT_FOUND", conn.sobject("Nothing").describe());
  await refused("NOT_FOUND", conn.sobject("Account").retrieve("001000000000000"));
  await refused("INVALID_QUERY_LOCATOR", conn.queryMore("01g000000000000-2000"));
});

// Many records

step("collections and pages", async () => {
  const tasks = conn.sobject("Task");
  const records = Array.from({ length: 2300 }, (_, number) => ({
    Subject: `Paged ${String(number).padStart(5, "0")}`,
    Priority: "Normal",
  }));
  const made = await tasks.create(records, { allowRecursive: true });
  assert.ok(succeed(made));
  const ids = made.map((result) => result.id);

  const soql = "SELECT Id, Subject FROM Task WHERE Subject LIKE 'Paged %' ORDER BY Subject";
  const first = await conn.query(soql, { autoFetch: false });
  assert.deepEqual([first.totalSize, first.done, first.records.length], [2300, false, 2000]);
  const second = await conn.queryMore(first.nextRecordsUrl);
  assert.deepEqual([second.done, second.records.length], [true, 300]);
  const headers = { "Sforce-Query-Options": "batchSize=250" };
  const all = await conn.query(soql, { headers, autoFetch: true, maxFetch: 5000 });
  assert.deepEqual(all.records.map((record) => record.Id), ids);

  const some = await tasks.retrieve([ids[2], "00T000000000000", ids[0]], { fields: ["Subject"] });
  assert.deepEqual(some.map((record) => record?.Subject), ["Paged 00002", undefined, "Paged 00000"]);

  const changes = ids.slice(0, 3).map((Id) => ({ Id, Priority: "High" }));
  changes.push({ Id: "00T000000000000", Priority: "High" });
  const updated = await tasks.update(changes);
  assert.deepEqual(updated.map((result) => result.success), [true, true, true, false]);
  assert.equal(updated[3].errors[0].statusCode, "INVALID_CROSS_REFERENCE_KEY");
  const undone = await tasks.update(changes, { allOrNone: true });
  assert.equal(undone[0].errors[0].statusCode, "ALL_OR_NONE_OPERATION_ROLLED_BACK");

  assert.ok(succeed(await tasks.destroy(ids, { allowRecursive: true })));
  assert.equal((await conn.query(soql)).totalSize, 0);
  assert.equal((await conn.query(soql, { scanAll: true, autoFetch: false })).totalSize, 2300);
});

step("a query that is built, with children and parents", async () => {
  const deals = await conn
    .sobject("Opportunity")
    .find({ IsClosed: false, Amount: { $gt: 0 } }, "Id, Name, Account.Name")
    .include("OpportunityContactRoles")
    .select("Contact.LastName, Role")
    .end()
    .sort({ Amount: -1 })
    .limit(3)
    .execute();
  assert.equal(deals.length, 3);
  assert.ok(deals[0].Account.Name);
  return deals[0].Name;
});

step("composite requests and a tree", async () => {
  const path = `/services/data/v${version}`;
  const compositeRequest = [
    { method: "POST", url: `${path}/sobjects/Account`, referenceId: "a", body: { Name: "Composite" } },
    { method: "GET", url: `${path}/sobjects/Account/@{a.id}?fields=Name`, referenceId: "b" },
    { method: "DELETE", url: `${path}/sobjects/Account/@{a.id}`, referenceId: "c" },
  ];
  const { compositeResponse } = await conn.requestPost("/composite", { compositeRequest });
  assert.deepEqual(compositeResponse.map((part) => part.httpStatusCode), [201, 200, 204]);

  const tree = (Email) => ({
    records: [
      {
        attributes: { type: "Account", referenceId: "company" },
        Name: "Tree",
        Contacts: {
          records: [{ attributes: { type: "Contact", referenceId: "person" }, LastName: "Branch", Email }],
        },
      },
    ],
  });
  await assert.rejects(conn.requestPost("/composite/tree/Account", tree("123")));
  const made = await conn.requestPost("/composite/tree/Account", tree("branch@tree.example"));
  assert.deepEqual(made.results.map((result) => result.referenceId), ["company", "person"]);
  await conn.sobject("Account").destroy(made.results[0].id);
});

step("search", async () => {
  const { id } = await conn.sobject("Contact").create({ LastName: "Quetzalcoatl" });
  const { searchRecords } = await conn.search("FIND {Quetzal*} IN NAME FIELDS RETURNING Contact(Id, LastName)");
  assert.deepEqual(searchRecords.map((record) => record.Id), [id]);
  await refused("MALFORMED_SEARCH", conn.search("FIND {q}"));
  await conn.sobject("Contact").destroy(id);
});

// Bulk

const people = (prefix, count) =>
  Array.from({ length: count }, (_, number) => ({
    LastName: `${prefix} ${number}`,
    Title: 'Head; "of" all,\tand | more',
    Demo_Key__c: `js-${prefix}-${number}`,
  }));

step("bulk 1 by xml and csv", async () => {
  const made = await conn.bulk.load("Contact", "insert", people("Bulk1", 30));
  assert.ok(succeed(made));
  const [failed] = await conn.bulk.load("Contact", "insert", [{ FirstName: "Nobody" }]);
  assert.equal(failed.success, false);
  assert.match(failed.errors[0], /^REQUIRED_FIELD_MISSING/);
  const options = { extIdField: "Demo_Key__c" };
  assert.ok(succeed(await conn.bulk.load("Contact", "upsert", options, people("Bulk1", 31))));
  const found = await conn.bulk.query("SELECT Id, LastName, Title FROM Contact WHERE LastName LIKE 'Bulk1 %'");
  const rows = await found.toArray();
  assert.equal(rows.length, 31);
  assert.equal(rows[0].Title, people("Bulk1", 1)[0].Title);
  assert.ok(succeed(await conn.bulk.load("Contact", "delete", rows.map(({ Id }) => ({ Id })))));
});

step("bulk 2 ingest", async () => {
  const input = [...people("Bulk2", 450), { LastName: "", Title: "", Demo_Key__c: "js-Bulk2-bad" }];
  const results = await conn.bulk2.loadAndWaitForResults({ object: "Contact", operation: "insert", input });
  assert.equal(results.successfulResults.length, 450);
  assert.ok(results.successfulResults.every((row) => row.sf__Created === "true"));
  assert.equal(results.successfulResults.find((row) => row.LastName === "Bulk2 7").Title, input[7].Title);
  assert.deepEqual(results.failedResults.map((row) => row.Demo_Key__c), ["js-Bulk2-bad"]);
  assert.match(results.failedResults[0].sf__Error, /^REQUIRED_FIELD_MISSING:/);
  assert.equal(results.unprocessedRecords.length, 0);

  const wrong = [{ Nothing__c: "x" }];
  const job = conn.bulk2.loadAndWaitForResults({ object: "Contact", operation: "insert", input: wrong });
  await assert.rejects(job, /InvalidBatch : Field name not found : Nothing__c/);
});

step("bulk 2 query", async () => {
  const soql = "SELECT Id, LastName FROM Contact WHERE LastName LIKE 'Bulk2 %'";
  const rows = await (await conn.bulk2.query(soql)).toArray();
  assert.equal(rows.length, 450);
  const input = rows.map(({ Id }) => ({ Id }));
  const results = await conn.bulk2.loadAndWaitForResults({ object: "Contact", operation: "delete", input });
  assert.equal(results.successfulResults.length, 450);
  assert.equal((await (await conn.bulk2.query(soql)).toArray()).length, 0);
  assert.equal((await (await conn.bulk2.query(soql, { scanAll: true })).toArray()).length, 450);
});

let failed = 0;
for (const [name, work] of steps) {
  try {
    const told = await work();
    console.log(`ok     ${name}${told ? `: ${told}` : ""}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED ${name}\n${error.stack}`);
  }
}
console.log(`jsforce over ${url.split(":")[0]}: ${steps.length - failed} of ${steps.length} steps`);
process.exitCode = failed ? 1 : 0;
