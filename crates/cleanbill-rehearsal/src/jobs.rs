//! The stage's job queue and clock: promises run in order up to a limit, and time is what the rehearsal says it is.
//! No thread, no real clock, no waiting.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
    task::{Context as Poller, Poll, Waker},
};

use boa_engine::{
    Context, JsResult,
    context::time::{Clock, JsInstant},
    job::{GenericJob, Job, JobExecutor, NativeAsyncJob, PromiseJob},
};

use crate::recorder::Backstage;

enum Turn {
    Promise(PromiseJob),
    Generic(GenericJob),
    Async(NativeAsyncJob),
}

/// The queue of one process on the stage.
#[derive(Default)]
pub(crate) struct Jobs {
    queue: RefCell<VecDeque<Turn>>,
    run: Cell<usize>,
    limit: Cell<usize>,
}

impl Jobs {
    pub fn new(limit: usize) -> Self {
        Jobs {
            queue: RefCell::default(),
            run: Cell::new(0),
            limit: Cell::new(limit),
        }
    }

    pub fn exhausted(&self) -> bool {
        self.run.get() >= self.limit.get()
    }
}

impl JobExecutor for Jobs {
    fn enqueue_job(self: Rc<Self>, job: Job, _context: &mut Context) {
        let turn = match job {
            Job::PromiseJob(job) => Turn::Promise(job),
            Job::GenericJob(job) => Turn::Generic(job),
            Job::AsyncJob(job) => Turn::Async(job),
            // Timers are the world's own, and nothing here waits for the collector.
            _ => return,
        };
        self.queue.borrow_mut().push_back(turn);
    }

    fn run_jobs(self: Rc<Self>, context: &mut Context) -> JsResult<()> {
        while !self.exhausted() {
            let Some(turn) = self.queue.borrow_mut().pop_front() else {
                return Ok(());
            };
            self.run.set(self.run.get() + 1);
            match turn {
                Turn::Promise(job) => job.call(context).map(drop)?,
                Turn::Generic(job) => job.call(context).map(drop)?,
                Turn::Async(job) => {
                    let context = RefCell::new(&mut *context);
                    let mut future = Box::pin(job.call(&context));
                    // The only asynchronous work is loading a module, and our loader never waits.
                    if let Poll::Ready(done) = future.as_mut().poll(&mut Poller::from_waker(Waker::noop())) {
                        done?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Virtual time. Every reading takes it on a little, so that a loop waiting for the clock ends.
pub(crate) struct VirtualClock {
    backstage: Backstage,
    readings: Cell<u64>,
}

impl VirtualClock {
    pub fn new(backstage: Backstage) -> Self {
        VirtualClock {
            backstage,
            readings: Cell::new(0),
        }
    }

    fn millis(&self) -> u64 {
        let readings = self.readings.get() + 1;
        self.readings.set(readings);
        let Ok(mut recorder) = self.backstage.try_borrow_mut() else {
            return 0;
        };
        // After a thousand readings somebody is waiting; the steps grow.
        let step = if readings > 1000 {
            200
        } else {
            u64::from(readings.is_multiple_of(4))
        };
        let to = recorder.now_ms + step;
        recorder.advance(to);
        recorder.now_ms
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> JsInstant {
        let millis = self.millis();
        JsInstant::new(
            millis / 1000,
            u32::try_from(millis % 1000).unwrap_or(0) * 1_000_000,
        )
    }

    fn system_time_millis(&self) -> i64 {
        i64::try_from(self.millis()).unwrap_or(i64::MAX)
    }
}
