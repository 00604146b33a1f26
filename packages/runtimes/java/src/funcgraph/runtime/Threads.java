package funcgraph.runtime;

import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionHandler;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that run requests. An idle one is used before another is made, and never more are made than requests may
 * run at once; one more request than that waits for a thread that has just sent its result and is not back yet.
 */
final class Threads extends ThreadPoolExecutor {
    /** Accepts only what an idle thread takes at once; the executor then makes another thread, or asks the handler. */
    private static final class Handoff extends LinkedTransferQueue<Runnable> {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean offer(Runnable work) {
            return tryTransfer(work);
        }
    }

    private static final class Named implements ThreadFactory {
        private final AtomicInteger number = new AtomicInteger();

        @Override
        public Thread newThread(Runnable work) {
            Thread thread = new Thread(work, "RuntimeThreadPool-1-thread-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        }
    }

    private static final class Wait implements RejectedExecutionHandler {
        @Override
        public void rejectedExecution(Runnable work, ThreadPoolExecutor threads) {
            threads.getQueue().add(work);
        }
    }

    /** Starts the first one: its request comes when nobody wants to wait for it. */
    Threads() {
        super(1, 1, 1, TimeUnit.MINUTES, new Handoff(), new Named(), new Wait());
        prestartCoreThread();
    }
}
