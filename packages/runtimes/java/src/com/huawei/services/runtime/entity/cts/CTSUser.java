package com.huawei.services.runtime.entity.cts;

import java.util.Map;

/** Who did it. */
public class CTSUser {
    private String name;
    private String id;
    private Map<String, Object> domain;

    public String getName() {
        return name;
    }

    public void setName(String name) {
        this.name = name;
    }

    public String getId() {
        return id;
    }

    public void setId(String id) {
        this.id = id;
    }

    public Map<String, Object> getDomain() {
        return domain;
    }

    public void setDomain(Map<String, Object> domain) {
        this.domain = domain;
    }
}
