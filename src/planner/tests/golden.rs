//! One small deal, in full: a change of wording, sampling or hashing shows here.

use snapbox::{IntoData as _, str};

use super::*;

#[test]
fn a_small_deal() {
    let mut world = plain_world(1);
    world.settings.past = (1, 2);
    world.settings.future = (1, 1);
    world.settings.emails = (2, 3);
    let mut text = String::new();
    for (address, record) in &world.plan().records {
        let path = address.path.as_str();
        let is_shown = !path.starts_with("scorecard/") || path.ends_with("/champion");
        if !is_shown && path != "scorecard/meddicc" {
            continue;
        }
        writeln!(text, "{path} {:016x}", record.want.0).unwrap();
        for (name, value) in &record.fields {
            match value {
                Datum::Json(json) => writeln!(text, "  {name}: {json}").unwrap(),
                Datum::Ref(address) => writeln!(text, "  {name}: -> {}", address.path).unwrap(),
            }
        }
    }
    snapbox::assert_data_eq!(text, str![[r#"
meeting/future/01 7a753accc7941b6f
  Description: "Agenda\n1. Questions from the executives at Acme\n2. Roll-out plan\n3. Commercial options"
  EndDateTime: "2026-12-09T00:25:00Z"
  IsReminderSet: false
  Location: "Video call"
  OwnerId: "005DG0000000000YAA"
  ShowAs: "Busy"
  StartDateTime: "2026-12-09T00:00:00Z"
  Subject: "Reference call for Acme"
  WhatId: "006DG0000000000YAA"
  WhoId: "003DG0000000000YAA"
meeting/past/01 ea5208fc959b8291
  Description: "Held with Ada Person0.\n\nWent through the evaluation plan for Deal 0. The criteria are written down and ranked.\n\nNext: Ada collects feedback from the team."
  EndDateTime: "2026-11-06T20:00:00Z"
  IsReminderSet: false
  Location: "Video call"
  OwnerId: "005DG0000000000YAA"
  ShowAs: "Busy"
  StartDateTime: "2026-11-06T19:00:00Z"
  Subject: "Evaluation check-in, Acme"
  WhatId: "006DG0000000000YAA"
  WhoId: "003DG0000000000YAA"
meeting/past/01/attendee/champion aac900cfef4a97ca
  EventId: -> meeting/past/01
  IsInvitee: false
  IsParent: true
  RelationId: "003DG0000000001YAA"
scorecard/meddicc e9f0871aa3ad7b1c
  As_Of_Date__c: "2026-11-20"
  Framework__c: "MEDDICC"
  Max_Score__c: 21
  Opportunity__c: "006DG0000000000YAA"
  Percent__c: 79.1
  Rating__c: "Green"
  Status__c: "In Progress"
  Summary__c: "Coverage 86 %, confidence 76 %. Still open: Competition."
  Template_Version__c: "1"
  Total_Score__c: 16
scorecard/meddicc/champion da1f9d168128b3b5
  Answer__c: "Grace Person1 sells when we are absent and has brought two colleagues in."
  Confidence__c: 83
  Contact__c: "003DG0000000001YAA"
  Element__c: "Champion"
  Evidence_Activity_Id__c: -> meeting/past/01
  Max_Score__c: 3
  Question_Key__c: "champion"
  Question__c: "Who sells for us when we are absent?"
  Score__c: 3
  Scorecard__c: -> scorecard/meddicc
  Sort_Order__c: 6
  Status__c: "Green"
  Weight__c: 1
thread/01/01 b3047c1bfa0387b2
  ActivityDate: "2026-11-04"
  Description: "Hi Barbara,\n\nhere is what we understood about the way your team works today. Please correct whatever we got wrong.\n\nWith that settled, we can shape the demo for Acme.\n\nOwner 0"
  OwnerId: "005DG0000000000YAA"
  Priority: "Normal"
  Status: "Completed"
  Subject: "Questions about your process, Acme"
  TaskSubtype: "Email"
  WhatId: "006DG0000000000YAA"
  WhoId: "003DG0000000003YAA"
thread/01/02 07ad8954829d6e24
  ActivityDate: "2026-11-04"
  Description: "Hello Owner 0,\n\nthe figures come from our finance team. Please treat them as an estimate.\n\nBest regards\nBarbara Person3"
  OwnerId: "005DG0000000000YAA"
  Priority: "Normal"
  Status: "Completed"
  Subject: "Re: Questions about your process, Acme"
  TaskSubtype: "Email"
  WhatId: "006DG0000000000YAA"
  WhoId: "003DG0000000003YAA"
thread/01/03 0fa01ce6e73aa3e2
  ActivityDate: "2026-11-05"
  Description: "Hi Barbara,\n\nto prepare the next session on Deal 0 it would help to have last quarter's figures. An estimate is fine.\n\nOwner 0"
  OwnerId: "005DG0000000000YAA"
  Priority: "Normal"
  Status: "Completed"
  Subject: "Re: Questions about your process, Acme"
  TaskSubtype: "Email"
  WhatId: "006DG0000000000YAA"
  WhoId: "003DG0000000003YAA"

"#]].raw());
}
