//! A thread with a small async runtime that ends when its owner is dropped.

use std::future::Future;
use std::thread::JoinHandle;

use tokio::sync::oneshot;

#[derive(Debug)]
pub(crate) struct Background {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Background {
    /// Runs the future that `make` builds (inside the runtime) until it ends or the value is
    /// dropped. Everything it spawned ends with it.
    pub(crate) fn spawn<F, M>(name: &str, make: M) -> Self
    where
        F: Future<Output = ()>,
        M: FnOnce() -> F + Send + 'static,
    {
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .expect("a runtime for a test peer");
                runtime.block_on(async move {
                    tokio::select! {
                        _ = stopped => {}
                        () = make() => {}
                    }
                });
                runtime.shutdown_background();
            })
            .expect("a thread for a test peer");
        Self { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic in there was printed when it happened.
            let _ = thread.join();
        }
    }
}
