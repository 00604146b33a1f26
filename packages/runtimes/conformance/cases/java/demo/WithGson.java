package demo;

import com.google.gson.JsonObject;
import com.google.gson.annotations.SerializedName;
import java.util.Collections;
import java.util.Map;

public class WithGson {
    public static class Named {
        @SerializedName("other_name")
        private String name;
    }

    public JsonObject tree(JsonObject event) {
        return event;
    }

    public Map<String, Object> inside(JsonObject event) {
        return Collections.<String, Object>singletonMap("got", event);
    }

    public Named named(Named event) {
        event.name += "!";
        return event;
    }
}
