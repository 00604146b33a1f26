package funcgraph.runtime;

import java.util.Collections;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** The state of this process after `init`: one version of a function, and the threads that run it. */
final class Instance {
    private final Link link;
    private final Output[] outputs;
    private final AtomicInteger running = new AtomicInteger();
    /** For a concurrency of 1. */
    private final Lane lane = new Lane();
    private final AtomicBoolean beating = new AtomicBoolean();
    private Map<?, ?> function;
    private UserCode code;
    private Entry handler;
    private Entry heartbeat;
    private Entry preStop;
    private int concurrency = 1;
    private final Threads threads = new Threads();

    Instance(Link link, Output[] outputs) {
        this.link = link;
        this.outputs = outputs;
    }

    private static String text(Map<?, ?> frame, String name) {
        Object value = frame.get(name);
        return value instanceof String && !((String) value).isEmpty() ? (String) value : null;
    }

    /** Loads the code and runs the initializer; sends `ready` or `failed`. */
    void init(Map<?, ?> frame) {
        long began = System.nanoTime();
        long loaded = began;
        String phase = "load";
        int failure = Failure.ENTRY;
        try {
            function = (Map<?, ?>) frame.get("context");
            Variables.enter((Map<?, ?>) frame.get("env"));
            code = new UserCode(text(frame, "codeRoot"));
            Thread.currentThread().setContextClassLoader(code.loader());
            String initializer = text(frame, "initializer");
            if (initializer != null) {
                failure = Failure.INITIALIZATION;
                Entry entry = code.hook(initializer, "initializer");
                loaded = System.nanoTime();
                phase = "init";
                link.send("{\"type\":\"initializing\"}", new byte[0]);
                entry.call(new RequestContext(function, Collections.emptyMap(), link));
                phase = "load";
                failure = Failure.ENTRY;
            }
            handler = code.handler(String.valueOf(frame.get("handler")));
            if (text(frame, "heartbeat") != null) heartbeat = code.heartbeat(text(frame, "heartbeat"));
            if (text(frame, "preStop") != null) preStop = code.hook(text(frame, "preStop"), "pre_stop_handler");
            if (frame.get("concurrency") instanceof Number) concurrency = Math.max(((Number) frame.get("concurrency")).intValue(), 1);
            threads.setMaximumPoolSize(concurrency);
        } catch (Throwable error) {
            finishOutput();
            if (failure == Failure.INITIALIZATION && Failure.isConfiguration(error)) phase = "init";
            Failure reported = Failure.of(failure, error);
            link.log("", "ERROR", reported.log);
            link.send("{\"type\":\"failed\",\"phase\":\"" + phase + "\",\"code\":" + reported.code + "}", reported.payload);
            return;
        }
        finishOutput();
        long done = System.nanoTime();
        if (text(frame, "initializer") == null) loaded = done;
        String times = "\"loadMs\":" + ms(loaded - began) + ",\"initMs\":" + ms(done - loaded);
        link.send("{\"type\":\"ready\"," + times + ",\"pipeline\":" + link.isDirect() + "}", new byte[0]);
    }

    private static String ms(long nanos) {
        return nanos <= 0 ? "0" : String.valueOf(nanos / 1000 / 1000.0);
    }

    private void finishOutput() {
        for (Output output : outputs) output.finish();
    }

    /** Returns at once. More requests than agreed end the process: the server violated the protocol. */
    void invoke(Map<?, ?> frame, byte[] event) {
        if (handler == null) throw new IllegalStateException("an invoke that was not agreed");
        final Lane.Request request = new Lane.Request(frame, event);
        if (concurrency == 1) {
            if (lane.waits(request)) return;
            execute(request.id, new Runnable() {
                @Override
                public void run() {
                    serveLane(request);
                }
            });
            return;
        }
        if (running.incrementAndGet() > concurrency) throw new IllegalStateException("an invoke that was not agreed");
        boolean started = execute(request.id, new Runnable() {
            @Override
            public void run() {
                serve(request);
            }
        });
        if (!started) running.decrementAndGet();
    }

    private boolean execute(String requestId, Runnable work) {
        try {
            threads.execute(work);
            return true;
        } catch (OutOfMemoryError e) {
            // No thread could be created: the function uses all that it may have.
            Failure failure = Failure.of(Failure.INVOCATION, e);
            link.result(requestId, failure.code, failure.payload, System.nanoTime());
            return false;
        }
    }

    /** Runs it and what waits, one after the other: `serve` returns when the whole result is written. */
    private void serveLane(Lane.Request first) {
        for (Lane.Request request = first; request != null && !link.isBroken(); request = lane.next()) {
            // The server must know first to whom the output beside the link belongs.
            if (serve(request)) recall();
        }
    }

    /** Returns the requests that have not begun. */
    void recall() {
        link.send("{\"type\":\"returned\",\"requestIds\":" + lane.giveBack() + "}", new byte[0]);
    }

    /** Returns whether there may be output beside the link. */
    private boolean serve(Lane.Request request) {
        long began = System.nanoTime();
        Output.latest = request.id;
        Output.REQUEST.set(request.id);
        Thread.currentThread().setContextClassLoader(code.loader());
        Calls.Ended ended = request.event == null ? Calls.outOfMemory() : Calls.run(handler, request.event, function, request.frame, link);
        // Changes of the user's code to this thread must not affect the next request.
        Thread.interrupted();
        try {
            finishOutput();
            if (ended.log != null) link.log(request.id, "ERROR", ended.log);
        } catch (OutOfMemoryError e) {
            ended = Calls.outOfMemory();
        }
        running.decrementAndGet();
        boolean raw = answer(request.id, ended, began);
        Thread.interrupted();
        Output.REQUEST.remove();
        return raw;
    }

    /** A request without an answer would hang until its timeout. */
    private boolean answer(String requestId, Calls.Ended ended, long began) {
        try {
            return link.result(requestId, ended.code, ended.payload, began);
        } catch (OutOfMemoryError e) {
            return link.result(requestId, Failure.MEMORY, new byte[0], began);
        }
    }

    /**
     * Concurrent with requests, so that a busy function can answer. While a heartbeat is unanswered, later ones are
     * skipped.
     */
    void beat(final String seq) {
        if (heartbeat == null) throw new IllegalStateException("a heartbeat that was not agreed");
        if (!beating.compareAndSet(false, true)) return;
        // Without a thread the heartbeat stays unanswered, as if the function were too busy.
        boolean started = start("HeartbeatThread", new Runnable() {
            @Override
            public void run() {
                String error = null;
                try {
                    if (!Boolean.TRUE.equals(heartbeat.call(context()))) error = "it returned false";
                } catch (Throwable e) {
                    error = describe(e);
                }
                finishOutput();
                beating.set(false);
                answer("heartbeat", ",\"seq\":" + seq, error);
            }
        });
        if (!started) beating.set(false);
    }

    private RequestContext context() {
        return new RequestContext(function, Collections.emptyMap(), link);
    }

    /** The last call of the user's code before the instance ends. */
    void preStop() {
        if (preStop == null) throw new IllegalStateException("a pre-stop that was not agreed");
        boolean started = start("PreStopThread", new Runnable() {
            @Override
            public void run() {
                String error = null;
                try {
                    preStop.call(context());
                } catch (Throwable e) {
                    Failure reported = Failure.of(Failure.INVOCATION, e);
                    link.log("", "ERROR", reported.log);
                    error = describe(e);
                }
                finishOutput();
                answer("preStopped", "", error);
            }
        });
        if (!started) answer("preStopped", "", "no thread could be made");
    }

    private void answer(String type, String more, String error) {
        StringBuilder frame = new StringBuilder("{\"type\":\"").append(type).append('"').append(more);
        frame.append(",\"ok\":").append(error == null);
        if (error != null) Json.quote(error, frame.append(",\"error\":"));
        link.send(frame.append('}'), new byte[0]);
    }

    private static String describe(Throwable error) {
        try {
            return Text.shorten(error.toString());
        } catch (Throwable hostile) {
            return error.getClass().getName();
        }
    }

    /** Output of such a thread belongs to no request. */
    private boolean start(String name, final Runnable work) {
        Thread thread = new Thread(name) {
            @Override
            public void run() {
                Output.REQUEST.set("");
                work.run();
            }
        };
        thread.setDaemon(true);
        thread.setContextClassLoader(code.loader());
        try {
            thread.start();
            return true;
        } catch (OutOfMemoryError e) {
            return false;
        }
    }

    /** Waits for running requests, then ends the process with 0. */
    void shutdown() {
        Thread ending = new Thread("ShutdownThread") {
            @Override
            public void run() {
                try {
                    threads.shutdown();
                    threads.awaitTermination(15, TimeUnit.MINUTES);
                } catch (InterruptedException e) {
                    // Then it ends without waiting.
                }
                System.exit(0);
            }
        };
        ending.start();
    }
}
