package funcgraph.runtime;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Map;

/** The requests that came while another ran, in the order in which they run. See Lanes in PROTOCOL.md. */
final class Lane {
    static final class Request {
        final String id;
        final Map<?, ?> frame;
        /** Null when there is no memory left for it. */
        final byte[] event;

        Request(Map<?, ?> frame, byte[] event) {
            this.id = String.valueOf(frame.get("requestId"));
            this.frame = frame;
            this.event = event;
        }
    }

    private final ArrayDeque<Request> waiting = new ArrayDeque<Request>();
    private boolean running;

    /** False when none runs: the caller has a thread run this one and those of `next` until it is null. */
    synchronized boolean waits(Request request) {
        if (running) waiting.add(request);
        boolean waits = running;
        running = true;
        return waits;
    }

    /** The request that begins now; null when none waits. */
    synchronized Request next() {
        Request next = waiting.poll();
        if (next == null) running = false;
        return next;
    }

    /**
     * Removes the requests that have not begun. A request that streams stays: the server sent it after it had read the result
     * of the request before.
     */
    synchronized String giveBack() {
        StringBuilder ids = new StringBuilder("[");
        for (Iterator<Request> all = waiting.iterator(); all.hasNext(); ) {
            Request request = all.next();
            if (Boolean.TRUE.equals(request.frame.get("stream"))) continue;
            all.remove();
            if (ids.length() > 1) ids.append(',');
            Json.quote(request.id, ids);
        }
        return ids.append(']').toString();
    }
}
