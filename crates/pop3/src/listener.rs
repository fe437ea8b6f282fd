//! Accepting connections: each becomes a session, as long as the doorkeeper has a place.

use std::sync::Arc;
use std::time::Duration;

use causeway_model::config::Protocol;
use causeway_net::doorkeeper::{Doorkeeper, Shut};
use causeway_net::listen::Listening;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::context::Context;
use crate::{replies, session};

/// A client that lost its network must not keep its mailbox locked until the session times out: after
/// this long without a sign of life the system asks, …
const KEEPALIVE_AFTER: Duration = Duration::from_secs(60);
/// … again after this long, …
const KEEPALIVE_BETWEEN: Duration = Duration::from_secs(15);
/// … and gives up after so many questions.
const KEEPALIVE_QUESTIONS: u32 = 4;

/// Accepts connections until `shutdown`; each becomes a task of `sessions`.
pub async fn serve(
    listening: Listening,
    context: Arc<Context>,
    keeper: Arc<Doorkeeper>,
    sessions: TaskTracker,
    shutdown: CancellationToken,
) {
    let listener = Arc::clone(listening.listener());
    let limit = keeper.limit_per_client();
    let admitted = |stream: TcpStream, peer, admission| {
        let keepalive = TcpKeepalive::new()
            .with_time(KEEPALIVE_AFTER)
            .with_interval(KEEPALIVE_BETWEEN)
            .with_retries(KEEPALIVE_QUESTIONS);
        // Without it a lost client is noticed by its silence.
        let _ = SockRef::from(&stream).set_tcp_keepalive(&keepalive);
        let run = session::run(
            Arc::clone(&context),
            Arc::clone(&listener),
            stream,
            peer,
            shutdown.clone(),
        );
        sessions.spawn(async move {
            run.await;
            drop(admission);
        });
    };
    // A client of `pop3s` waits for a handshake: it would not understand.
    let tell = listener.protocol != Protocol::Pop3s;
    let refused = |stream, shut| {
        if tell {
            sessions.spawn(turn_away(stream, shut, limit));
        }
    };
    listening.accept(keeper, shutdown.cancelled(), admitted, refused).await;
}

/// Tells a client why not, without waiting for it.
async fn turn_away(mut stream: TcpStream, shut: Shut, limit: usize) {
    let reply = match shut {
        Shut::Full => replies::busy(),
        Shut::FullForYou => replies::busy_with_you(limit),
    };
    let mut out = bytes::BytesMut::new();
    reply.write(&mut out);
    let _ = tokio::time::timeout(Duration::from_secs(5), stream.write_all(&out)).await;
}
