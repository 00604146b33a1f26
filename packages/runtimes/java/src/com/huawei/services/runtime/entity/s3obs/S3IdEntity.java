package com.huawei.services.runtime.entity.s3obs;

import com.huawei.services.runtime.entity.Printable;

/** A user or an owner. Events write the name of the field in two ways. */
public class S3IdEntity extends Printable {
    private String principalId;
    private String PrincipalId;

    public String getPrincipalId() {
        return principalId == null ? PrincipalId : principalId;
    }

    public void setPrincipalId(String principalId) {
        this.principalId = principalId;
    }
}
