//! Changes of the mail flow over the API.

use causeway_admin::ClientError;
use causeway_admin::types::{ApplyRequest, FirewallQuery, Proposal, RevisionQuery};
use causeway_model::config::Language;
use causeway_store::NewRevision;

use super::world::{FLOW, NOW, World};

async fn record(world: &World, text: &str, changes: &[&str]) -> u64 {
    let new = NewRevision {
        at: NOW,
        author: "root".into(),
        reason: "why not".into(),
        changes: changes.iter().map(|change| (*change).to_owned()).collect(),
        effects: "[{\"kind\":\"relay_lost\",\"count\":2,\"detail\":\"two\"}]".into(),
        text: text.into(),
    };
    world.store.record_revision(new, None).await.unwrap()
}

#[tokio::test]
async fn a_text_or_a_revision_is_planned_and_applied() {
    let world = World::start().await;
    record(&world, "# one", &[]).await;
    let mut client = world.client().await;
    assert_eq!(client.flow().await.unwrap().text, FLOW);
    let text = Proposal { text: Some("# two".into()), revision: None };
    assert_eq!(client.flow_plan(&text).await.unwrap().plan.changes, ["# two"]);
    let back = Proposal { text: None, revision: Some(1) };
    let answer = client.flow_plan(&back).await.unwrap();
    assert_eq!((answer.plan.changes, answer.base), (vec!["# one".into()], 7));
    let request = ApplyRequest { revision: Some(1), base: Some(7), ..ApplyRequest::default() };
    let applied = client.flow_apply(&request).await.unwrap();
    assert!(applied.applied && applied.revision == 8, "{applied:?}");
    let told = world.control.told().remove(0);
    assert!(told.ends_with(": back to revision 1") && !told.starts_with(':'), "{told}");
    world.stop().await;
}

#[tokio::test]
async fn proposals_that_cannot_be_are_refused_with_what_instead() {
    let world = World::start().await;
    for (body, status, what) in [
        ("{}", 400, "either"),
        ("{\"text\":\"\",\"revision\":1}", 400, "either"),
        ("{\"revision\":99}", 404, "no revision 99"),
        ("{\"text\":\"broken\"}", 400, "mailflow.toml:1:1"),
        ("{\"txt\":\"\"}", 400, "txt"),
    ] {
        let (found, answer) = world.raw("POST", "/v1/flow/plan", body).await;
        assert_eq!(found, status, "{body}: {answer}");
        assert!(answer.contains(what) && answer.contains("instead"), "{body}: {answer}");
    }
    let late = "{\"text\":\"\",\"base\":3}";
    let (status, answer) = world.raw("POST", "/v1/flow/apply", late).await;
    assert_eq!(status, 409, "{answer}");
    let (status, answer) = world.raw("POST", "/v1/flow/apply", "{\"text\":\"\"}").await;
    assert!(status == 400 && answer.contains("base is missing"), "{status}: {answer}");
    let long = format!("{{\"text\":\"\",\"base\":7,\"reason\":\"{}\"}}", "x".repeat(2000));
    assert_eq!(world.raw("POST", "/v1/flow/apply", &long).await.0, 400);
    // A file of some megabytes is nothing unusual.
    let large = format!("{{\"text\":\"{}\"}}", "#".repeat(3 * 1024 * 1024));
    assert_eq!(world.raw("POST", "/v1/flow/plan", &large).await.0, 200);
    world.stop().await;
}

#[tokio::test]
async fn revisions_are_listed_newest_first_and_shown_whole() {
    let world = World::start().await;
    let mut client = world.client().await;
    assert!(client.revisions(&RevisionQuery::default()).await.unwrap().revisions.is_empty());
    record(&world, "# one", &["a", "b"]).await;
    record(&world, "# two", &[]).await;
    let query = RevisionQuery { before: None, limit: Some(1) };
    let first = client.revisions(&query).await.unwrap();
    assert_eq!((first.revisions[0].revision, first.next), (2, Some(2)));
    assert_eq!(first.revisions[0].diff, "only comments or layout differ");
    let query = RevisionQuery { before: first.next, limit: Some(1) };
    let second = client.revisions(&query).await.unwrap();
    assert_eq!((second.revisions[0].diff.as_str(), second.next), ("a\nb", None));
    let detail = client.revision(1).await.unwrap();
    assert_eq!((detail.text.as_str(), detail.effects[0].count), ("# one", 2));
    assert_eq!(detail.revision.author, "root");
    assert_eq!(world.raw("GET", "/v1/flow/revisions/x", "").await.0, 400);
    assert_eq!(world.raw("GET", "/v1/flow/revisions/3", "").await.0, 404);
    world.stop().await;
}

#[tokio::test]
async fn a_test_of_a_connector_is_told_step_by_step_and_kept() {
    let world = World::start().await;
    let mut client = world.client().await;
    let name = "to partner/100%";
    let before = client.connector(name).await.unwrap().connector.validation;
    assert_eq!(before, None);
    for (to, passed) in [("bad@partner.test", false), ("good@partner.test", true)] {
        let mut heard = Vec::new();
        let to = to.parse().unwrap();
        let report = client
            .validate_connector(name, &to, Language::En, |step| heard.push(step.name.clone()))
            .await
            .unwrap();
        assert_eq!(heard, ["resolve", "connect"]);
        assert_eq!((report.passed, report.steps.len()), (passed, 2));
        let kept = client.connector(name).await.unwrap().connector.validation.unwrap();
        assert_eq!((kept.passed, kept.to, kept.changed_since), (passed, to, false));
    }
    let listed = client.connectors().await.unwrap();
    assert!(listed.iter().any(|view| view.validation.as_ref().is_some_and(|v| v.passed)));
    let inbound = client
        .validate_connector("from partner", &"a@b.test".parse().unwrap(), Language::En, |_| {})
        .await;
    assert!(matches!(inbound, Err(ClientError::Refused { status: 400, .. })), "{inbound:?}");
    world.stop().await;
}

#[tokio::test]
async fn a_connector_that_was_changed_since_its_test_is_marked() {
    let world = World::start().await;
    let mut client = world.client().await;
    let name = "to partner/100%";
    let to = "good@partner.test".parse().unwrap();
    client.validate_connector(name, &to, Language::En, |_| {}).await.unwrap();
    let key = format!("validated/{name}");
    let kept = world.store.recall(key.clone()).await.unwrap().unwrap();
    let other = kept.replace("mail.partner.test:25", "old.partner.test:25");
    assert_ne!(other, kept);
    world.store.remember(key, other).await.unwrap();
    let view = client.connector(name).await.unwrap().connector;
    assert!(view.validation.unwrap().changed_since);
    world.stop().await;
}

#[tokio::test]
async fn sources_are_told_for_one_connector_or_for_all_and_the_internet() {
    let world = World::start().await;
    let mut client = world.client().await;
    let all = client.firewall(&FirewallQuery::default()).await.unwrap();
    let of: Vec<Option<&str>> = all.iter().map(|rule| rule.connector.as_deref()).collect();
    assert_eq!(of, [Some("to partner/100%"), None]);
    let query = FirewallQuery { connector: Some("to partner/100%".into()) };
    assert_eq!(client.firewall(&query).await.unwrap().len(), 1);
    let (status, _) = world.raw("GET", "/v1/firewall?connector=from%20partner", "").await;
    assert_eq!(status, 400);
    world.stop().await;
}
