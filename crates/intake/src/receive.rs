//! The content of a message while it comes in: small ones in memory, large ones in a file.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use causeway_store::sqlite::bodies::{Bodies, BodyError, BodyFile};
use causeway_store::{Content, StoreError};

use crate::header::{self, Scan};
use crate::submission::FixUps;

/// Contents up to this size stay in memory and are a row of the store; larger ones are files.
/// Also the most octets a header may have.
pub(crate) const MEMORY_LIMIT: usize = 128 * 1024;

/// Where large contents are written.
#[derive(Clone)]
pub struct Spool {
    /// The store's directory of bodies.
    pub bodies: Arc<Bodies>,
}

/// What has come of a content so far.
pub(crate) struct Incoming {
    /// Our Received line.
    received: Bytes,
    /// Content that is in memory: all of it, or what is not yet in the file.
    pub(crate) buffer: BytesMut,
    /// The rest, once it was too much for memory, and what the header said.
    file: Option<(BodyFile, Scan)>,
    /// The header did not end within the limit.
    header_too_big: bool,
    /// What a submission's header is to get; `None`: nothing.
    fix_ups: Option<FixUps>,
    spool: Spool,
}

/// A complete content.
pub(crate) struct Received {
    pub(crate) content: Content,
    pub(crate) scan: Scan,
    pub(crate) header_too_big: bool,
}

impl Incoming {
    pub(crate) fn new(received: Vec<u8>, spool: Spool) -> Self {
        Self {
            received: received.into(),
            buffer: BytesMut::new(),
            file: None,
            header_too_big: false,
            fix_ups: None,
            spool,
        }
    }

    /// The same for a submission.
    pub(crate) fn with_fix_ups(self, fix_ups: Option<FixUps>) -> Self {
        Self { fix_ups, ..self }
    }

    /// Our Received line, and the fields that the header of a submission lacks.
    fn head(&self, scan: &mut Scan) -> Bytes {
        match &self.fix_ups {
            None => self.received.clone(),
            Some(fix_ups) => {
                let mut head = self.received.to_vec();
                head.extend_from_slice(&fix_ups.apply(scan));
                head.into()
            }
        }
    }

    /// Moves what is in memory to the file when it is too much for memory. Called after each read.
    pub(crate) async fn relieve(&mut self) -> Result<(), StoreError> {
        if self.buffer.len() > MEMORY_LIMIT { self.write_out().await } else { Ok(()) }
    }

    async fn write_out(&mut self) -> Result<(), StoreError> {
        let parts = if self.file.is_some() {
            vec![self.buffer.split().freeze()]
        } else {
            let content = self.buffer.split().freeze();
            let mut scan = header::scan(&content);
            self.header_too_big = scan.header_size == content.len();
            let parts = joined(self.head(&mut scan), content, &scan);
            let bodies = Arc::clone(&self.spool.bodies);
            let file = blocking(move || bodies.create(u64::MAX)).await?;
            self.file = Some((file, scan));
            parts
        };
        if let Some((file, scan)) = self.file.take() {
            let file = blocking(move || {
                let mut file = file;
                for part in &parts {
                    file.write(part).map_err(store_error)?;
                }
                Ok(file)
            })
            .await?;
            self.file = Some((file, scan));
        }
        Ok(())
    }

    /// The complete content; a file is synced when this returns.
    pub(crate) async fn finish(mut self) -> Result<Received, StoreError> {
        if self.file.is_some() && !self.buffer.is_empty() {
            self.write_out().await?;
        }
        if let Some((file, scan)) = self.file {
            let content = blocking(move || file.finish()).await?;
            return Ok(Received { content, scan, header_too_big: self.header_too_big });
        }
        let content = self.buffer.split().freeze();
        let mut scan = header::scan(&content);
        let content = Content::Memory(joined(self.head(&mut scan), content, &scan));
        Ok(Received { content, scan, header_too_big: false })
    }
}

/// Our Received line, the header, the empty line where it is missing, the body.
fn joined(received: Bytes, mut content: Bytes, scan: &Scan) -> Vec<Bytes> {
    if !scan.needs_blank_line {
        return vec![received, content];
    }
    let body = content.split_off(scan.header_size);
    let mut parts = vec![received, content, Bytes::from_static(b"\r\n"), body];
    parts.retain(|part| !part.is_empty());
    parts
}

fn store_error(error: BodyError) -> StoreError {
    match error {
        BodyError::Store(error) => error,
        // No limit is set here: the session has its own.
        too_big @ BodyError::TooBig { .. } => StoreError::Io { detail: too_big.to_string() },
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(StoreError::Io { detail: error.to_string() }))
}
