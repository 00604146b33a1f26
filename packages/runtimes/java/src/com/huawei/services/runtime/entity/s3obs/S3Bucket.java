package com.huawei.services.runtime.entity.s3obs;

import com.huawei.services.runtime.entity.Printable;

/** A bucket. */
public class S3Bucket extends Printable {
    private String name;
    private S3IdEntity ownerIdentity;
    private String arn;

    public String getName() {
        return name;
    }

    public void setName(String name) {
        this.name = name;
    }

    public S3IdEntity getOwnerIdentity() {
        return ownerIdentity;
    }

    public void setOwnerIdentity(S3IdEntity ownerIdentity) {
        this.ownerIdentity = ownerIdentity;
    }

    public String getArn() {
        return arn;
    }

    public void setArn(String arn) {
        this.arn = arn;
    }
}
