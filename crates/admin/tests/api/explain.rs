//! The mail flow in force, and explanations.

use causeway_admin::types::{ConnectorPath, QueueQuery, RelayQuestion, RouteQuestion};
use causeway_admin::{ClientError, LiveState};
use causeway_model::RecipientKey;
use causeway_store::LastResult;

use crate::world::{NOW, World};

#[tokio::test]
async fn domains_and_connectors_are_those_in_force() {
    let world = World::start().await;
    let (_, domains) = world.raw("GET", "/v1/domains", "").await;
    assert_eq!(domains, r#"[{"name":"ours.test","type":"authoritative","match_subdomains":true}]"#);
    let connectors = world.client().await.connectors().await.unwrap();
    let ConnectorPath::Outbound { recipient_domains, smart_hosts, use_mx, .. } =
        &connectors[0].path
    else {
        panic!("{connectors:?}")
    };
    assert_eq!(recipient_domains, &["partner.test", "*.partner.test"]);
    assert_eq!(smart_hosts, &["mail.partner.test:25", "[2001:db8::7]:2525"]);
    assert!(!use_mx);
    let ConnectorPath::Inbound { source_addresses, .. } = &connectors[1].path else {
        panic!("{connectors:?}")
    };
    assert_eq!(source_addresses, &["203.0.113.0/28"]);
}

#[tokio::test]
async fn a_connector_says_what_waits_for_it() {
    let world = World::start().await;
    let id = world.accept(&["b@partner.test", "c@partner.test"], "one", 60).await;
    world.defer(id, 0, NOW).await;
    let mut client = world.client().await;
    let explanation = client.connector("to partner/100%").await.unwrap();
    assert_eq!(explanation.waiting_recipients, 1);
    assert!(!explanation.waiting_more);
    // The other one waits for the same site without having been tried.
    world.control.live.lock().unwrap().insert(
        RecipientKey { message: id, index: 1 },
        LiveState {
            last: Some(LastResult {
                code: "450 4.4.316".into(),
                connector: Some("to partner/100%".into()),
                ..LastResult::default()
            }),
            ..LiveState::default()
        },
    );
    let explanation = client.connector("to partner/100%").await.unwrap();
    assert_eq!(explanation.waiting_recipients, 2);
    let query = QueueQuery { connector: Some("to partner/100%".into()), ..QueueQuery::default() };
    assert_eq!(client.queue(&query).await.unwrap().messages[0].recipients.len(), 2);
    let query = QueueQuery { connector: Some("other".into()), ..QueueQuery::default() };
    let nobody = client.queue(&query).await.unwrap_err();
    assert!(matches!(nobody, ClientError::Refused { status: 400, .. }), "{nobody}");
    assert_eq!(explanation.code.as_deref(), Some("450 4.4.316"));
    let unknown = client.connector("to nobody").await.unwrap_err();
    assert!(matches!(unknown, ClientError::Refused { status: 404, .. }), "{unknown}");
}

#[tokio::test]
async fn questions_arrive_whole() {
    let world = World::start().await;
    let mut client = world.client().await;
    let relay = client
        .relay_explain(&RelayQuestion {
            from_ip: "2001:db8::1".parse().unwrap(),
            user: Some("a+b@ours.test".into()),
            pop_login: true,
            tls: true,
            client_certificate: Some("mail.ext.test".into()),
            sender: None,
            recipient: "b@ext.test".parse().unwrap(),
            language: None,
        })
        .await
        .unwrap();
    assert!(relay.allowed);
    assert_eq!(relay.because, "2001:db8::1 Some(\"a+b@ours.test\")");
    let route = client
        .route_explain(&RouteQuestion {
            recipient: "b@ext.test".parse().unwrap(),
            sender: Some("<>".into()),
            from_connector: Some("from partner".into()),
        })
        .await
        .unwrap();
    assert_eq!(route.next_hops, ["sender Some(\"<>\")"]);
    assert_eq!(route.connector.as_deref(), Some("from partner"));
    for path in [
        "/v1/relay/explain?from_ip=here&recipient=b@ext.test",
        "/v1/relay/explain?from_ip=::1&recipient=b@ext.test&sender=nobody",
        "/v1/relay/explain?from_ip=::1&recipient=b@ext.test&usr=a",
        "/v1/relay/explain?from_ip=::1",
        "/v1/route/explain?recipient=b",
    ] {
        let (status, answer) = world.raw("GET", path, "").await;
        assert_eq!(status, 400, "{path}: {answer}");
    }
}
