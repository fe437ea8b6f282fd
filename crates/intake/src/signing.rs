//! Signing what users hand in (DKIM), before it is accepted.
//!
//! The signatures go before everything else. A content in a file becomes another file; whatever goes wrong, the
//! message is accepted as it was: mail without a signature is better than no mail.

use std::path::Path;

use bytes::Bytes;
use causeway_model::config::SignedMail;
use causeway_store::Content;
use causeway_store::sqlite::bodies::Bodies;
use tokio::sync::Semaphore;
use tracing::warn;

use crate::context::Context;
use crate::header::SenderHeader;
use crate::submission::Senders;

/// Large contents that are in memory to be signed at once; others wait for their turn.
static LARGE: Semaphore = Semaphore::const_new(2);

/// The content with its signatures before it, where such mail is signed and the domain of From has a key.
pub(crate) async fn signed(context: &Context, header: &SenderHeader, content: Content) -> Content {
    if !context.policy.load().flow().dkim.sign.contains(&SignedMail::Submission) {
        return content;
    }
    let signer = context.signer.load_full();
    let from = Senders::read(header).ok().and_then(|senders| senders.from.into_iter().next());
    let Some(domain) = from.map(|from| from.domain().clone()).filter(|d| signer.signs(d)) else {
        return content;
    };
    let bodies = std::sync::Arc::clone(&context.spool.bodies);
    let before = content.clone();
    let turn = match &content {
        Content::File { .. } => LARGE.acquire().await.ok(),
        Content::Memory(_) => None,
    };
    // An RSA signature takes a millisecond, a large content much longer.
    let work = tokio::task::spawn_blocking(move || match content {
        Content::Memory(parts) => {
            let signatures = {
                let slices: Vec<&[u8]> = parts.iter().map(AsRef::as_ref).collect();
                signer.signatures(&domain, &slices)
            };
            let first = std::iter::once(Bytes::from(signatures));
            Some(Content::Memory(first.chain(parts).collect()))
        }
        Content::File { path, .. } => {
            let octets = std::fs::read(&path).ok()?;
            let signatures = signer.signatures(&domain, &[&octets]);
            let copy = rewritten(&bodies, &signatures, &octets)?;
            remove(&path);
            Some(copy)
        }
    });
    let signed = work.await;
    drop(turn);
    match signed {
        Ok(Some(signed)) => signed,
        _ => {
            warn!("a message could not be signed; it is accepted without a signature");
            before
        }
    }
}

fn rewritten(bodies: &Bodies, signatures: &[u8], octets: &[u8]) -> Option<Content> {
    let mut file = bodies.create(u64::MAX).ok()?;
    file.write(signatures).ok()?;
    file.write(octets).ok()?;
    file.finish().ok()
}

fn remove(path: &Path) {
    if let Err(error) = std::fs::remove_file(path) {
        warn!(path = %path.display(), %error, "a file that is needed no more could not be removed");
    }
}
