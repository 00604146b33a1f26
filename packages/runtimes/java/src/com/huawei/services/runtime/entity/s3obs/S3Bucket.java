package com.huawei.services.runtime.entity.s3obs;

import java.util.Map;

/** The bucket. */
public class S3Bucket {
    private String name;
    private Map<String, String> ownerIdentity;
    private String arn;

    public String getName() {
        return name;
    }

    public void setName(String name) {
        this.name = name;
    }

    public Map<String, String> getOwnerIdentity() {
        return ownerIdentity;
    }

    public void setOwnerIdentity(Map<String, String> ownerIdentity) {
        this.ownerIdentity = ownerIdentity;
    }

    public String getArn() {
        return arn;
    }

    public void setArn(String arn) {
        this.arn = arn;
    }
}
