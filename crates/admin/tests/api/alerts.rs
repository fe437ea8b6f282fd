//! Alerts and remedies over the API.

use causeway_admin::ClientError;
use causeway_admin::types::{
    AlertQuery, AlertStates, AlertView, CloseAlert, FixAnswer, FixPlan, FixQuery, FixRequest, Plan,
    PlanAnswer, RemedyView,
};
use causeway_catalog::WhoActs;
use causeway_insight::alert::State;
use causeway_insight::diagnose::Confidence;
use causeway_model::config::Language;

use super::world::{NOW, World};

fn remedy() -> RemedyView {
    let title = "Switch the connector “c” off".into();
    RemedyView { id: "disable-connector".into(), title, automatic: true, warning: None }
}

pub(crate) fn failing() -> AlertView {
    AlertView {
        kind: "path".into(),
        id: 1,
        path: "connector \"c\"".into(),
        connector: Some("c".into()),
        destination: Some("mail.partner.test [192.0.2.7]:25".into()),
        code: "450 4.4.316".into(),
        reply: "connection refused".into(),
        cause: Some("The server is down.".into()),
        cause_id: Some("server-down".into()),
        confidence: Confidence::Likely,
        complete: true,
        who_acts: WhoActs::PartnerAdmin,
        what_to_do: None,
        story: None,
        outlook: None,
        first_seen: NOW,
        last_seen: NOW,
        messages: 3,
        state: State::Open,
        closed_at: None,
        closed_because: None,
        next_attempt_at: None,
        evidence: Vec::new(),
        also_confirmed: Vec::new(),
        also_possible: Vec::new(),
        ruled_out: Vec::new(),
        remedies: vec![remedy()],
        fixes: Vec::new(),
    }
}

fn change() -> Plan {
    Plan {
        changes: vec!["connector \"c\" is switched off".into()],
        effects: Vec::new(),
        refused: None,
        can_be_forced: false,
    }
}

pub(crate) fn planned() -> FixPlan {
    let plan = PlanAnswer {
        plan: change(),
        base: 7,
        warnings: Vec::new(),
        errors: Vec::new(),
        file_differs: None,
    };
    FixPlan { alert: 1, remedy: remedy(), others: Vec::new(), named_only: false, plan }
}

pub(crate) fn done() -> FixAnswer {
    FixAnswer {
        alert: 1,
        remedy: remedy(),
        applied: true,
        revision: Some(8),
        plan: change(),
        outcome: "helped".into(),
        detail: "it helped".into(),
        checked: None,
    }
}

#[tokio::test]
async fn alerts_are_listed_shown_and_closed() {
    let world = World::start().await;
    let mut client = world.client().await;
    let all = client.alerts(&AlertQuery::default()).await.unwrap();
    assert_eq!(all, [failing()]);
    let closed = AlertQuery { state: Some(AlertStates::Closed), ..AlertQuery::default() };
    assert!(client.alerts(&closed).await.unwrap().is_empty());
    assert_eq!(client.alert(1, Language::De).await.unwrap().id, 1);
    let missing = client.alert(2, Language::De).await.unwrap_err();
    assert!(matches!(missing, ClientError::Refused { status: 404, .. }), "{missing}");
    let request = CloseAlert { reason: "known".into(), language: None };
    client.close_alert(1, &request).await.unwrap();
    assert_eq!(world.control.told(), ["close alert 1: known"]);
    world.stop().await;
}

#[tokio::test]
async fn a_remedy_is_planned_and_applied() {
    let world = World::start().await;
    let mut client = world.client().await;
    let query = FixQuery { remedy: Some("disable-connector".into()), language: None };
    let plan = client.fix_plan(1, &query).await.unwrap();
    assert_eq!((plan.plan.base, plan.plan.plan.changes.len()), (7, 1));
    let request = FixRequest { reason: "gone".into(), base: Some(7), ..FixRequest::default() };
    let answer = client.fix_apply(1, &request).await.unwrap();
    assert_eq!((answer.revision, answer.outcome.as_str()), (Some(8), "helped"));
    let told = world.control.told();
    assert_eq!(told, ["fix plan 1 Some(\"disable-connector\")", "fix apply 1 None: gone"]);
    world.stop().await;
}

#[tokio::test]
async fn what_is_not_meant_so_is_refused() {
    let world = World::start().await;
    let long = format!("{{\"reason\":\"{}\"}}", "x".repeat(2000));
    for (method, path, body, status) in [
        ("GET", "/v1/alerts/x", "", 400),
        ("GET", "/v1/alerts?stat=open", "", 400),
        ("POST", "/v1/alerts/1/fix", "{\"remdy\":\"retry\"}", 400),
        ("POST", "/v1/alerts/1/close", &long, 400),
    ] {
        let (found, answer) = world.raw(method, path, body).await;
        assert_eq!(found, status, "{path}: {answer}");
        assert!(answer.contains("instead"), "{answer}");
    }
    assert!(world.control.told().is_empty());
    world.stop().await;
}

#[tokio::test]
async fn counts_are_there_for_monitoring() {
    let world = World::start().await;
    let (status, text) = world.raw("GET", "/metrics", "").await;
    assert_eq!(status, 200, "{text}");
    assert!(text.contains("# TYPE causeway_alerts_open gauge\ncauseway_alerts_open 2\n"), "{text}");
    assert!(text.contains("\ncauseway_recipients_unaccounted 0\n"), "{text}");
    world.stop().await;
}
