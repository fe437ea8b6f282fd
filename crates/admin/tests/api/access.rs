//! Who gets an answer, and from where.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use causeway_admin::password::Password;
use causeway_admin::types::{CreateToken, QueueQuery, TokenRole};
use causeway_admin::{
    Client, ClientError, Coming, ListenError, SocketListener, Target, TcpApiListener,
};
use tokio::net::TcpStream;

use crate::world::{World, down, raw};

#[tokio::test]
async fn the_socket_is_for_its_owner_only_and_goes_with_the_server() {
    let world = World::start().await;
    let mode = std::fs::metadata(&world.socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(matches!(SocketListener::bind(&world.socket), Err(ListenError::InUse { .. })));
    assert!(world.client().await.health().await.unwrap().healthy);
    let socket = world.socket.clone();
    world.stop().await;
    assert!(!socket.exists());
    let error = Client::connect(&Target::Socket(socket), Coming::default()).await.unwrap_err();
    let ClientError::Unreachable { kind, .. } = error else { panic!("{error}") };
    assert_eq!(kind, Some(std::io::ErrorKind::NotFound));
}

#[tokio::test]
async fn a_socket_left_behind_is_replaced_and_anything_else_is_not() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("causeway.sock");
    // A std listener leaves its file behind, as a killed server does.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    drop(SocketListener::bind(&path).unwrap());
    std::fs::write(&path, "precious").unwrap();
    assert!(matches!(SocketListener::bind(&path), Err(ListenError::NotASocket { .. })));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
}

#[tokio::test]
async fn adm_07_over_tcp_there_is_health_and_nothing_else_without_a_token() {
    let world = World::start().await;
    world.control.components.lock().unwrap().push(down("dns"));
    let listener = TcpApiListener::bind("127.0.0.1:0".parse().unwrap(), None).await.unwrap();
    let address = listener.local_address().unwrap();
    let serving = tokio::spawn(listener.serve(world.api.clone(), std::future::pending()));
    let ask = async |host: &str, method: &str, path: &str| {
        let stream = TcpStream::connect(address).await.unwrap();
        raw(stream, host, method, path, "").await
    };
    let (status, body) = ask("127.0.0.1:8025", "GET", "/v1/health").await;
    assert_eq!(status, 503, "{body}");
    assert!(body.contains("dns") && !body.contains("/secret/path"), "{body}");
    assert_eq!(ask("localhost", "GET", "/health").await.0, 503);
    for path in ["/v1/queue", "/v1/mailboxes", "/v1/audit", "/openapi.json"] {
        let (status, body) = ask("localhost", "GET", path).await;
        assert_eq!(status, 401, "{path}");
        assert!(body.contains("CAUSEWAY_TOKEN"), "{body}");
    }
    assert_eq!(ask("localhost", "GET", "/nothing").await.0, 404);
    assert_eq!(ask("localhost", "POST", "/v1/health").await.0, 405);
    // A page whose name was rebound to loopback does not even learn that.
    let (status, body) = ask("evil.example", "GET", "/v1/health").await;
    assert_eq!(status, 421);
    assert!(!body.contains("dns"), "{body}");
    let target = Target::Http(address.to_string());
    let mut client = Client::connect(&target, Coming::default()).await.unwrap();
    assert!(!client.health().await.unwrap().healthy);
    let refused = client.audit().await.unwrap_err();
    assert!(matches!(refused, ClientError::Refused { status: 401, .. }), "{refused}");
    serving.abort();
}

#[tokio::test]
async fn a_public_address_is_refused_without_tls_before_anything_is_bound() {
    let refused = TcpApiListener::bind("0.0.0.0:0".parse().unwrap(), None).await;
    assert!(matches!(refused, Err(ListenError::WithoutTls { .. })));
}

#[tokio::test]
async fn health_says_what_is_wrong_and_the_ledger_is_part_of_it() {
    let world = World::start().await;
    world.accept(&["b@x.test"], "one", 1).await;
    let mut client = world.client().await;
    let health = client.health().await.unwrap();
    assert!(health.healthy);
    assert_eq!(health.unaccounted_messages, Some(0));
    assert_eq!(client.audit().await.unwrap().queued, 1);
    world.control.components.lock().unwrap().push(down("dns"));
    let health = client.health().await.unwrap();
    assert!(!health.healthy);
    assert_eq!(health.components[0].detail.as_deref(), Some("/secret/path"));
    world.store.close().await.unwrap();
    let health = client.health().await.unwrap();
    assert_eq!(health.unaccounted_messages, None);
    let (status, body) = world.raw("GET", "/v1/audit", "").await;
    assert_eq!(status, 503, "{body}");
}

#[tokio::test]
async fn only_a_manual_clock_can_be_turned() {
    let world = World::start().await;
    let mut client = world.client().await;
    let refused = client.advance_clock(Duration::from_secs(1)).await.unwrap_err();
    assert!(matches!(refused, ClientError::Refused { status: 404, .. }), "{refused}");
    *world.control.manual_clock.lock().unwrap() = Some(crate::world::NOW);
    let turned = client.advance_clock(Duration::from_secs(60)).await.unwrap();
    assert_eq!(turned.now, crate::world::NOW.plus(Duration::from_secs(60)));
    let (status, _) = world.raw("POST", "/v1/test/clock", r#"{"advance_ms":-1}"#).await;
    assert_eq!(status, 400);
    drop(world.place);
}

#[tokio::test]
async fn with_a_token_everything_is_there_over_tcp_as_far_as_it_may() {
    let world = World::start().await;
    let listener = TcpApiListener::bind("127.0.0.1:0".parse().unwrap(), None).await.unwrap();
    let target = Target::Http(listener.local_address().unwrap().to_string());
    let serving = tokio::spawn(listener.serve(world.api.clone(), std::future::pending()));
    let mut at_home = world.client().await;
    let request = |name: &str, role| CreateToken { name: name.into(), role, expires_at: None };
    let all = at_home.add_token(&request("ops", TokenRole::Administrator)).await.unwrap().token;
    let looks = at_home.add_token(&request("monitor", TokenRole::ReadOnly)).await.unwrap().token;
    let come = async |token: &Password| {
        let coming = Coming { token: Some(token.clone()), ..Coming::default() };
        Client::connect(&target, coming).await.unwrap()
    };
    let mut administrator = come(&all).await;
    assert_eq!(administrator.audit().await.unwrap().unaccounted, 0);
    assert_eq!(administrator.health().await.unwrap().unaccounted_messages, Some(0), "with details");
    let listed = administrator.tokens().await.unwrap();
    assert_eq!(listed.len(), 2);
    assert!(listed.iter().any(|token| token.name == "ops" && token.last_used.is_some()));
    let mut monitor = come(&looks).await;
    monitor.queue(&QueueQuery::default()).await.unwrap();
    let refused = monitor.add_token(&request("more", TokenRole::Administrator)).await.unwrap_err();
    assert!(matches!(refused, ClientError::Refused { status: 403, .. }), "{refused}");
    // Revoked, it is nobody's; also on a connection that is open.
    administrator.revoke_token("monitor").await.unwrap();
    let refused = monitor.audit().await.unwrap_err();
    assert!(matches!(refused, ClientError::Refused { status: 401, .. }), "{refused}");
    // Sent to a name that a stranger could own, the best token is refused.
    let Target::Http(address) = &target else { unreachable!() };
    let stream = TcpStream::connect(address).await.unwrap();
    let header = format!("evil.example\r\nAuthorization: Bearer {}", all.reveal());
    assert_eq!(raw(stream, &header, "GET", "/v1/audit", "").await.0, 403);
    serving.abort();
}

#[tokio::test]
async fn adm_03_a_field_that_is_not_known_is_named_with_its_place() {
    let world = World::start().await;
    let body = r#"{"selection":{"filter":{"conector":"a"}}}"#;
    let (status, answer) = world.raw("POST", "/v1/queue/retry", body).await;
    assert_eq!(status, 400, "{answer}");
    assert!(answer.contains("conector") && answer.contains("\"field\":\"/selection"), "{answer}");
    let deep = format!("{{\"selection\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
    assert_eq!(world.raw("POST", "/v1/queue/retry", &deep).await.0, 400);
    let more = r#"{"selection":"all"} {}"#;
    assert_eq!(world.raw("POST", "/v1/queue/retry", more).await.0, 400);
}

#[tokio::test]
async fn every_route_is_described_and_every_description_is_served() {
    let world = World::start().await;
    let (status, text) = world.raw("GET", "/openapi.json", "").await;
    assert_eq!(status, 200);
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() >= 27, "{}", paths.len());
    let mut schemas = std::collections::BTreeSet::new();
    references(&document, &mut schemas);
    for name in &schemas {
        assert!(document["components"]["schemas"][name].is_object(), "{name} is described nowhere");
    }
    for (path, methods) in paths {
        for (method, operation) in methods.as_object().unwrap() {
            assert!(operation["summary"].is_string(), "{method} {path} has no summary");
            // Whatever it answers, it is neither an unknown path nor an unknown method.
            let at = path.replace(['{', '}'], "");
            let (status, answer) = world.raw(&method.to_uppercase(), &at, "").await;
            assert!(status != 405 && !answer.contains("there is nothing at"), "{method} {path}");
        }
    }
}

/// The names of all schemas that are referred to.
fn references(value: &serde_json::Value, found: &mut std::collections::BTreeSet<String>) {
    match value {
        serde_json::Value::Object(fields) => {
            for (key, value) in fields {
                match (key.as_str(), value.as_str()) {
                    ("$ref", Some(to)) => {
                        found.insert(to.trim_start_matches("#/components/schemas/").to_owned());
                    }
                    _ => references(value, found),
                }
            }
        }
        serde_json::Value::Array(values) => values.iter().for_each(|v| references(v, found)),
        _ => {}
    }
}
