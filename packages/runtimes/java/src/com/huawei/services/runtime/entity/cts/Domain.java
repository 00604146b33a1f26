package com.huawei.services.runtime.entity.cts;

import com.huawei.services.runtime.entity.Printable;

/** The account of a user. */
public class Domain extends Printable {
    private String name;
    private String id;

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
}
