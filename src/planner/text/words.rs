//! The built-in wording, by phase of the deal. Changing a line rewrites the texts made from it.

use super::catalogue::PHASES;

type ByPhase = [&'static [&'static str]; PHASES];

pub(super) const MEETING_SUBJECTS: ByPhase = [
    &[
        "Introduction: {opportunity}",
        "First call with {account}",
        "Getting to know {account}",
        "{opportunity}: goals for the year",
        "Exploratory call, {account}",
        "{account} and us: where we could help",
        "{opportunity}: who should be involved",
        "Kick-off of our conversation, {opportunity}",
    ],
    &[
        "Discovery: {opportunity}",
        "{account}: how the work is done today",
        "{opportunity}: what slows the team down",
        "Stakeholder interview, {account}",
        "{opportunity}: metrics that matter",
        "Process walk-through with {account}",
        "{opportunity}: requirements workshop",
        "Priorities and constraints, {account}",
    ],
    &[
        "Product demo: {opportunity}",
        "{account}: technical deep dive",
        "{opportunity}: integration questions",
        "Solution workshop with {account}",
        "{opportunity}: evaluation plan",
        "Demo for the wider team, {account}",
        "{opportunity}: security overview",
        "Evaluation check-in, {account}",
    ],
    &[
        "Business case: {opportunity}",
        "{account}: proposal walk-through",
        "{opportunity}: executive review",
        "Return on investment, {account}",
        "{opportunity}: scope and roll-out plan",
        "Pricing conversation with {account}",
        "{opportunity}: decision process",
        "Reference call for {account}",
    ],
    &[
        "Contract review: {opportunity}",
        "{account}: legal and procurement",
        "{opportunity}: mutual close plan",
        "Final questions, {account}",
        "{opportunity}: security sign-off",
        "Commercial terms with {account}",
        "{opportunity}: launch preparation",
        "Hand-over to delivery, {account}",
    ],
];

pub(super) const EMAIL_SUBJECTS: ByPhase = [
    &[
        "{opportunity}: a first idea",
        "Introduction to {account}",
        "{opportunity}: time for a short call?",
        "How others in your industry do it, for {account}",
        "{opportunity}: what we heard so far",
        "Suggested agenda for {account}",
        "{opportunity}: whom else to invite",
        "Background reading, {account}",
    ],
    &[
        "{opportunity}: notes from our discovery",
        "Questions about your process, {account}",
        "{opportunity}: current tools and teams",
        "What we understood, {account}",
        "{opportunity}: the numbers behind it",
        "Next step for {account}",
        "{opportunity}: requirements list",
        "Interviews with your colleagues, {account}",
    ],
    &[
        "{opportunity}: material from the demo",
        "Technical answers for {account}",
        "{opportunity}: evaluation criteria",
        "Access to the trial, {account}",
        "{opportunity}: integration overview",
        "Feedback from your team, {account}",
        "{opportunity}: security questionnaire",
        "Recording of our session, {account}",
    ],
    &[
        "{opportunity}: our proposal",
        "Business case draft for {account}",
        "{opportunity}: pricing options",
        "Roll-out plan, {account}",
        "{opportunity}: summary for your executives",
        "References for {account}",
        "{opportunity}: open points in the proposal",
        "Timeline to a decision, {account}",
    ],
    &[
        "{opportunity}: contract draft",
        "Redlines from {account}",
        "{opportunity}: order form",
        "Procurement steps at {account}",
        "{opportunity}: data processing agreement",
        "Close plan for {account}",
        "{opportunity}: start date and team",
        "Signature, {account}",
    ],
];

pub(super) const HELD: ByPhase = [
    &[
        "Held with {person}.\n\nWe introduced both teams and heard what {account} wants to change this year.\n\nNext: {owner} sends a short summary and proposes a discovery session.",
        "Held with {person}.\n\nA first look at why {opportunity} came up now. {first} named two colleagues who feel the problem every week.\n\nNext: invite them to the next call.",
        "Held with {person}.\n\n{first} described the team and its goals. Budget was not discussed; interest is clear.\n\nNext: {owner} prepares questions about the current process.",
    ],
    &[
        "Held with {person}.\n\nWalked through today's process step by step. Manual work and late reports cost the team most.\n\nNext: {first} shares the current figures.",
        "Held with {person}.\n\nWe agreed on three measures by which {account} would judge a solution, and on who owns each.\n\nNext: {owner} maps them to what we can show.",
        "Held with {person}.\n\n{first} explained who decides and who advises. Two earlier attempts failed for lack of adoption.\n\nNext: a demo built around that.",
    ],
    &[
        "Held with {person}.\n\nShowed the main flows with examples from {account}. Questions were about integration and permissions.\n\nNext: {owner} answers the open technical points in writing.",
        "Held with {person}.\n\nWent through the evaluation plan for {opportunity}. The criteria are written down and ranked.\n\nNext: {first} collects feedback from the team.",
        "Held with {person}.\n\nThe architecture was reviewed in detail; no blocker was found.\n\nNext: security questionnaire, then a session with the wider team.",
    ],
    &[
        "Held with {person}.\n\nReviewed the business case line by line. {first} wants the savings confirmed by finance.\n\nNext: {owner} sends the updated numbers.",
        "Held with {person}.\n\nPresented scope, plan and price for {opportunity}. The reaction was positive; timing is the main question.\n\nNext: agree on the steps to a decision.",
        "Held with {person}.\n\nThe executives asked what happens if nothing changes. We answered with the figures from discovery.\n\nNext: a reference call.",
    ],
    &[
        "Held with {person}.\n\nWorked through the contract comments. Two points are left for legal.\n\nNext: {owner} returns the redlines.",
        "Held with {person}.\n\nAgreed on a close plan for {opportunity} with dates and names on both sides.\n\nNext: procurement opens the vendor record.",
        "Held with {person}.\n\nCommercial terms are settled. {first} confirmed who signs.\n\nNext: prepare the start of the project.",
    ],
];

pub(super) const PLANNED: ByPhase = [
    &[
        "Agenda\n1. Introductions\n2. What {account} wants to achieve\n3. Who else should join\n4. Next step",
        "Agenda\n1. Why {opportunity}, and why now\n2. How the team works today\n3. What a good outcome looks like",
    ],
    &[
        "Agenda\n1. Today's process, step by step\n2. What it costs in time and quality\n3. Measures of success for {opportunity}",
        "Agenda\n1. Open questions from last time\n2. People and systems involved at {account}\n3. What to show in the demo",
    ],
    &[
        "Agenda\n1. Demo with examples from {account}\n2. Questions on integration and security\n3. Evaluation plan and dates",
        "Agenda\n1. Results of the evaluation so far\n2. Open technical points\n3. What the business case needs",
    ],
    &[
        "Agenda\n1. Proposal for {opportunity}\n2. Business case and assumptions\n3. Steps and dates to a decision",
        "Agenda\n1. Questions from the executives at {account}\n2. Roll-out plan\n3. Commercial options",
    ],
    &[
        "Agenda\n1. Open contract points\n2. Procurement and signature\n3. Start date for {opportunity}",
        "Agenda\n1. Close plan, step by step\n2. Remaining approvals at {account}\n3. Hand-over to delivery",
    ],
];

pub(super) const MAILS: ByPhase = [
    &[
        "Hi {first},\n\nthank you for making time for us. I have put a few thoughts on {opportunity} together, and would like to hear how they fit your plans.\n\nWould a half hour next week work?\n\n{owner}",
        "Hi {first},\n\nmany teams like yours at {account} ask us the same three questions. I attach a short note with our answers.\n\nShall we go through it together?\n\n{owner}",
    ],
    &[
        "Hi {first},\n\nhere is what we understood about the way your team works today. Please correct whatever we got wrong.\n\nWith that settled, we can shape the demo for {account}.\n\n{owner}",
        "Hi {first},\n\nto prepare the next session on {opportunity} it would help to have last quarter's figures. An estimate is fine.\n\n{owner}",
    ],
    &[
        "Hi {first},\n\nthank you for the good questions in the demo. The answers on integration are attached, with a diagram.\n\nTell me what your colleagues at {account} think.\n\n{owner}",
        "Hi {first},\n\nattached is the evaluation plan for {opportunity} as we discussed it. The dates are a suggestion.\n\n{owner}",
    ],
    &[
        "Hi {first},\n\nour proposal for {opportunity} is attached. Pages two and three hold the business case with the assumptions that you gave us.\n\nWhen would be a good time to walk through it?\n\n{owner}",
        "Hi {first},\n\nfor your executives I have condensed everything to one page: the problem, the effect, the price, the plan.\n\nFeel free to change it.\n\n{owner}",
    ],
    &[
        "Hi {first},\n\nthe contract draft is attached. I have marked the two clauses that your legal team asked about.\n\n{owner}",
        "Hi {first},\n\nhere is our close plan for {opportunity}. The next step on your side is the vendor record.\n\nIs anything in the way at {account}?\n\n{owner}",
    ],
];

pub(super) const REPLIES: ByPhase = [
    &[
        "Hello {owner},\n\nthat sounds interesting. Next week is possible; I will ask a colleague to join.\n\nBest regards\n{person}",
        "Hello {owner},\n\nthank you for the note. I have passed it on, and come back to you with questions.\n\nBest regards\n{person}",
    ],
    &[
        "Hello {owner},\n\nmostly right. I have corrected two points; the rest is how we see it too.\n\nBest regards\n{person}",
        "Hello {owner},\n\nthe figures come from our finance team. Please treat them as an estimate.\n\nBest regards\n{person}",
    ],
    &[
        "Hello {owner},\n\nthe team liked what it saw. Permissions are still an open question for us.\n\nBest regards\n{person}",
        "Hello {owner},\n\nthe plan works for us. We would like one more session with our architects.\n\nBest regards\n{person}",
    ],
    &[
        "Hello {owner},\n\nthank you, this is what I need for our internal review. I expect questions on the roll-out.\n\nBest regards\n{person}",
        "Hello {owner},\n\nthe case is clear. Could you split the price by phase?\n\nBest regards\n{person}",
    ],
    &[
        "Hello {owner},\n\nlegal has looked at it. There are two comments, neither of them difficult.\n\nBest regards\n{person}",
        "Hello {owner},\n\nprocurement has started. I will let you know once the number is there.\n\nBest regards\n{person}",
    ],
];

/// By element of the scorecard, in the order of its table.
pub(super) const ANSWERS: [&[&str]; 7] = [
    &[
        "Cycle time and reporting effort: a third less within two quarters, agreed with {person}.",
        "Hours spent on manual work per week; {account} has measured a baseline.",
    ],
    &[
        "{person} can release the budget and has asked for the business case.",
        "{person} owns the budget line; the need is acknowledged.",
    ],
    &[
        "Integration, security and time to value, in this order; written down by {account}.",
        "A ranked list exists; two of its points were shaped in our workshops.",
    ],
    &[
        "Evaluation, business case, executive review, procurement; dates are set for the first two.",
        "{person} described the steps; the order of the last two is open.",
    ],
    &[
        "Late and manual reporting costs {account} deals and weekends.",
        "The present tools do not speak to each other; the team works around them every day.",
    ],
    &[
        "{person} sells when we are absent and has brought two colleagues in.",
        "{person} has a personal interest in the outcome and answers quickly.",
    ],
    &[
        "One other vendor and the option to build it in-house; {person} prefers our approach.",
        "Doing nothing is the strongest competitor; the business case speaks to it.",
    ],
];
