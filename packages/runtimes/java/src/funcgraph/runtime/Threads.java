package funcgraph.runtime;

import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionHandler;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that run requests. An idle thread is used before a new one is created, and there are never more threads
 * than requests may run at once; a request beyond that waits for a thread that has sent its result and is about to
 * become idle.
 */
final class Threads extends ThreadPoolExecutor {
    /**
     * Accepts only a task that an idle thread takes at once; otherwise the executor creates a thread, or calls the
     * handler.
     */
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
            return new RequestThread(work, "RuntimeThreadPool-1-thread-" + number.incrementAndGet());
        }
    }

    private static final class Wait implements RejectedExecutionHandler {
        @Override
        public void rejectedExecution(Runnable work, ThreadPoolExecutor threads) {
            threads.getQueue().add(work);
        }
    }

    /** Starts the first thread ahead of the first request. */
    Threads() {
        super(1, 1, 1, TimeUnit.MINUTES, new Handoff(), new Named(), new Wait());
        prestartCoreThread();
    }
}
