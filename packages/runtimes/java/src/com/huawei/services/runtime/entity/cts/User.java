package com.huawei.services.runtime.entity.cts;

import com.huawei.services.runtime.entity.Printable;

/** Who did it. */
public class User extends Printable {
    private String name;
    private String id;
    private Domain domain;

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

    public Domain getDomain() {
        return domain;
    }

    public void setDomain(Domain domain) {
        this.domain = domain;
    }
}
