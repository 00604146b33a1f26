package demo;

import com.huawei.services.runtime.Context;
import com.huawei.services.runtime.RuntimeLogger;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** The shared cases: the same names as in the other languages. */
public class Index {
    private String prepared = "no";
    private final CountDownLatch both = new CountDownLatch(2);

    public Object echo(Object event, Context context) {
        return event;
    }

    public String text(Object event, Context context) {
        return "plain 文字";
    }

    public void nothing(Object event) {}

    public Object nullResult(Object event) {
        return null;
    }

    public double number(Object event) {
        return 42.5;
    }

    public boolean bool(Object event) {
        return true;
    }

    public String big(Map<String, Integer> event) {
        char[] text = new char[event.get("size")];
        Arrays.fill(text, 'x');
        return new String(text);
    }

    public int length(Map<String, String> event) {
        return event.get("text").length();
    }

    public String logs(Object event, Context context) {
        RuntimeLogger logger = context.getLogger();
        logger.debug("hidden");
        logger.info("info text 7");
        logger.warn("warn");
        logger.error("error");
        logger.setLevel("DEBUG");
        logger.debug("shown");
        System.out.println("printed 中文");
        System.err.println("to stderr");
        System.out.print("no line break");
        return "ok";
    }

    public String longLog(Map<String, Integer> event) {
        char[] text = new char[event.get("count")];
        Arrays.fill(text, 'é');
        System.out.println(new String(text));
        return "ok";
    }

    public String longError(Map<String, Integer> event) {
        char[] text = new char[event.get("count")];
        Arrays.fill(text, 'é');
        throw new IllegalStateException(new String(text));
    }

    public Map<String, Object> context(Object event, Context context) {
        Map<String, Object> seen = new LinkedHashMap<String, Object>();
        seen.put("getRequestID", context.getRequestID());
        seen.put("getAccessKey", context.getAccessKey());
        seen.put("getSecretKey", context.getSecretKey());
        seen.put("getSecurityAccessKey", context.getSecurityAccessKey());
        seen.put("getSecuritySecretKey", context.getSecuritySecretKey());
        seen.put("getSecurityToken", context.getSecurityToken());
        seen.put("getToken", context.getToken());
        seen.put("getFunctionName", context.getFunctionName());
        seen.put("getVersion", context.getVersion());
        seen.put("getProjectID", context.getProjectID());
        seen.put("getPackage", context.getPackage());
        seen.put("getAlias", context.getAlias());
        seen.put("getRunningTimeInSeconds", context.getRunningTimeInSeconds());
        seen.put("getMemorySize", context.getMemorySize());
        seen.put("getCPUNumber", context.getCPUNumber());
        seen.put("getWorkflowID", context.getWorkflowID());
        seen.put("getWorkflowRunID", context.getWorkflowRunID());
        seen.put("getWorkflowStateID", context.getWorkflowStateID());
        seen.put("userData", context.getUserData("KEY"));
        seen.put("missing", context.getUserData("toString") == null ? "none" : "found");
        int remaining = context.getRemainingTimeInMilliSeconds();
        seen.put("remaining", remaining > 0 && remaining <= 3000);
        seen.put("env", System.getenv("KEY"));
        seen.put("link", System.getenv("FUNCGRAPH_LINK") == null && System.getenv("FUNCGRAPH_RELAY") == null ? "hidden" : "visible");
        seen.put("libraryPath", System.getenv().get("LD_LIBRARY_PATH"));
        seen.put("instance", context.getInstanceID());
        return seen;
    }

    public void init(Context context) {
        prepared = "yes, request id [" + context.getRequestID() + "]";
        System.out.println("initializing");
    }

    public void initFails(Context context) {
        throw new IllegalStateException("cannot start");
    }

    public String prepared(Object event) {
        return prepared;
    }

    /** Answers only when both requests have arrived: proof that they run at the same time. */
    public String meet(Map<String, String> event) throws InterruptedException {
        System.out.println("arrived " + event.get("name"));
        both.countDown();
        both.await();
        return "met as " + event.get("name");
    }

    public String exits(Object event) {
        System.out.println("last words");
        System.exit(3);
        return "never";
    }

    public String fail(Map<String, String> event) {
        throw new IllegalArgumentException("went wrong: " + event.get("why"));
    }

    public String failDeep(Object event) {
        try {
            fail(new HashMap<String, String>());
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("outer", e);
        }
        return "never";
    }

    public String spawns(Boolean event) throws Exception {
        if (!event) return "quiet";
        new ProcessBuilder("echo", "from a child").inheritIO().start().waitFor();
        return "spawned";
    }
}
