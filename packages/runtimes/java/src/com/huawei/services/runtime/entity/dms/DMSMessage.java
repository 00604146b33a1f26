package com.huawei.services.runtime.entity.dms;

import com.huawei.services.runtime.entity.Printable;
import java.util.Map;

/** A message of a queue. */
public class DMSMessage extends Printable {
    private Object body;
    private Map<String, Object> attributes;

    public Object getBody() {
        return body;
    }

    public void setBody(Object body) {
        this.body = body;
    }

    public Map<String, Object> getAttributes() {
        return attributes;
    }

    public void setAttributes(Map<String, Object> attributes) {
        this.attributes = attributes;
    }
}
