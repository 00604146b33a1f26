package demo;

import com.huawei.services.runtime.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Ends, hooks and threads. */
public class Life {
    private static final List<byte[]> KEPT = new ArrayList<byte[]>();
    private final CountDownLatch never = new CountDownLatch(1);
    private int beats;

    public boolean heartbeat() {
        beats += 1;
        System.out.println("beat");
        return beats < 3;
    }

    public boolean heartbeatThrows() {
        throw new IllegalStateException("no pulse");
    }

    public boolean heartbeatHangs() throws InterruptedException {
        never.await();
        return true;
    }

    public String heartbeatWrong() {
        return "true";
    }

    public void preStop(Context context) {
        System.out.println("closing, request id [" + context.getRequestID() + "]");
    }

    public void preStopFails() {
        throw new IllegalStateException("cannot close");
    }

    public String hangs(String event) throws InterruptedException {
        never.await();
        return "never";
    }

    public String thread(String event) {
        return Thread.currentThread().getName();
    }

    public int deep(Object event) {
        return deep(event) + 1;
    }

    public int fills(Object event) {
        for (;;) KEPT.add(new byte[4 * 1024 * 1024]);
    }

    public String halts(Object event) {
        Runtime.getRuntime().halt(9);
        return "never";
    }

    /** Interrupts the thread of the next request, as a forgotten watchdog does. */
    public String interrupts(final Map<String, Object> event) throws InterruptedException {
        Thread.currentThread().interrupt();
        System.out.println("written while interrupted");
        boolean interrupted = Thread.interrupted();
        Thread.currentThread().interrupt();
        return interrupted ? "interrupted" : "not";
    }

    /** Bytes of characters one by one, without a line break. */
    public String prints(Integer count) throws Exception {
        byte[] character = "文".getBytes("UTF-8");
        // So that no character ends where a message must.
        System.out.write('a');
        for (int i = 0; i < count; i++) for (byte each : character) System.out.write(each);
        return "ok";
    }

    public String sees(String name) {
        try {
            Class.forName(name.substring(1, name.length() - 1), true, Life.class.getClassLoader());
            return "yes";
        } catch (ClassNotFoundException e) {
            return "no";
        }
    }

    public String child(Object event) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", "echo $KEY$FUNCGRAPH_LINK");
        // Without this call the child gets the environment that the JVM was started with.
        builder.environment();
        Process child = builder.start();
        byte[] bytes = new byte[100];
        int count = child.getInputStream().read(bytes);
        return new String(bytes, 0, count, "UTF-8").trim();
    }
}
