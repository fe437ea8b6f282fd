//! Accepting connections: each becomes a session, as long as the doorkeeper has a place.

use std::sync::Arc;
use std::time::Duration;

use causeway_net::doorkeeper::Shut;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::context::Context;
use crate::{replies, session};

pub use causeway_net::doorkeeper::Doorkeeper;
pub use causeway_net::listen::{Listening, bind};

/// Accepts connections until `shutdown`; each becomes a task of `sessions`.
pub async fn serve(
    listening: Listening,
    context: Arc<Context>,
    keeper: Arc<Doorkeeper>,
    sessions: TaskTracker,
    shutdown: CancellationToken,
) {
    let listener = Arc::clone(listening.listener());
    let admitted = |stream, peer, admission| {
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
    let refused = |stream, shut| {
        sessions.spawn(turn_away(stream, Arc::clone(&context), shut));
    };
    listening.accept(keeper, shutdown.cancelled(), admitted, refused).await;
}

/// Tells a client why not, without waiting for it.
async fn turn_away(mut stream: TcpStream, context: Arc<Context>, shut: Shut) {
    let reply = match shut {
        Shut::Full => replies::busy(&context.hostname),
        Shut::FullForYou => {
            replies::busy_with_you(&context.hostname, context.limits.max_connections_per_address)
        }
    };
    let mut out = bytes::BytesMut::new();
    causeway_smtp::reply::write_reply(&mut out, &reply);
    let _ = tokio::time::timeout(Duration::from_secs(5), stream.write_all(&out)).await;
}
