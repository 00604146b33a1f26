package funcgraph.runtime;

/**
 * A thread that runs requests and writes their results. An interrupt closes the channel that a thread writes to, and the
 * user's code interrupts its threads: while this one writes, interrupts wait.
 */
final class RequestThread extends Thread {
    private final Object state = new Object();
    private boolean writing;
    private boolean interrupted;

    RequestThread(Runnable work, String name) {
        super(work, name);
        setDaemon(true);
    }

    @Override
    public void interrupt() {
        synchronized (state) {
            if (writing) interrupted = true;
            else super.interrupt();
        }
    }

    /** For the thread itself, around its writes. */
    void beginWrite() {
        synchronized (state) {
            interrupted = Thread.interrupted();
            writing = true;
        }
    }

    void endWrite() {
        synchronized (state) {
            writing = false;
            if (interrupted) super.interrupt();
        }
    }
}
