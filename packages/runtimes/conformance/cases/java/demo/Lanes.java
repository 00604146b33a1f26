package demo;

import com.huawei.services.runtime.Context;
import java.util.Map;

/** The cases of lanes: the same names as in the other languages. */
public class Lanes {
    public String note(Map<String, Integer> event) throws Exception {
        System.out.println("begin " + event.get("n"));
        Thread.sleep(event.get("ms"));
        System.out.println("end " + event.get("n"));
        return String.valueOf(event.get("n"));
    }

    public String remaining(Map<String, Integer> event, Context context) throws Exception {
        int left = context.getRemainingTimeInMilliSeconds();
        Thread.sleep(event.get("ms"));
        return String.valueOf(left);
    }

    public String exits(Map<String, Integer> event) {
        if (event.get("n") == 2) System.exit(3);
        return String.valueOf(event.get("n"));
    }

    public String raw(Map<String, Integer> event) throws Exception {
        if (event.get("n") == 1) new ProcessBuilder("sh", "-c", "echo raw >&2").inheritIO().start().waitFor();
        return String.valueOf(event.get("n"));
    }

    /** Its thread is interrupted all the time, also while it writes results. */
    public String interrupted(Map<String, Integer> event) {
        if (event.get("n") == 1) {
            final Thread serving = Thread.currentThread();
            Thread interrupting = new Thread() {
                @Override
                public void run() {
                    for (;;) serving.interrupt();
                }
            };
            interrupting.setDaemon(true);
            interrupting.start();
        }
        return String.valueOf(event.get("n"));
    }
}
