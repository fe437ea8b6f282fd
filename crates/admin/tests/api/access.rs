//! Who gets an answer, and from where.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use causeway_admin::{Client, ClientError, ListenError, LoopbackListener, SocketListener, Target};
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
    let error = Client::connect(&Target::Socket(socket)).await.unwrap_err();
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
async fn over_tcp_there_is_health_and_nothing_else() {
    let world = World::start().await;
    world.control.components.lock().unwrap().push(down("dns"));
    let listener = LoopbackListener::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
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
    for path in ["/v1/queue", "/v1/mailboxes", "/v1/audit", "/v1/test/clock", "/"] {
        assert_eq!(ask("localhost", "GET", path).await.0, 404, "{path}");
    }
    assert_eq!(ask("localhost", "POST", "/v1/health").await.0, 405);
    // A page whose name was rebound to loopback does not even learn that.
    let (status, body) = ask("evil.example", "GET", "/v1/health").await;
    assert_eq!(status, 421);
    assert!(!body.contains("dns"), "{body}");
    let mut client = Client::connect(&Target::Loopback(address.to_string())).await.unwrap();
    assert!(!client.health().await.unwrap().healthy);
    serving.abort();
}

#[tokio::test]
async fn a_public_address_is_refused_before_anything_is_bound() {
    let refused = LoopbackListener::bind("0.0.0.0:0".parse().unwrap()).await;
    assert!(matches!(refused, Err(ListenError::NotLoopback { .. })));
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
